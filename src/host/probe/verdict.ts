import { lacksRoom, tellsOfNoRoom } from '../system/shortage.ts';
import type { Running } from './running.ts';

/** What running a foreign program proved, or how it failed; `undecided` where the host could not try. */
export type ProbeVerdict =
  | 'verified'
  | 'not-registered'
  | 'interpreter-missing'
  | 'permission'
  | 'killed'
  | 'hung'
  | 'wrong-interpreter'
  | 'wrong-answer'
  | 'untrusted'
  | 'undecided';

/** What was wanted of a probe. */
export interface ProbeWish {
  readonly answer: string;
  /** As a shell names the file that it cannot understand. */
  readonly named: string;
  readonly expected: { readonly dev: number; readonly ino: number } | null;
}

/** How it ended. */
export interface ProbeEnd {
  readonly out: string;
  readonly err: string;
  readonly seen: Running | null;
  readonly status: number | null;
  readonly signal: string | null;
}

/**
 * The shell that got a file which no entry matches complains, naming that file first, and ends with 2, 126 or 127: an
 * answer that never came from a shell means that nothing is registered.
 */
export function judgeEnd(wish: ProbeWish, end: ProbeEnd): [ProbeVerdict, string] {
  const { out, err, seen, status, signal } = end;
  const said = err.trim().split('\n')[0] ?? '';
  if (signal !== null) return ['killed', `ended by ${signal}${said === '' ? '' : `: ${said}`}`];
  if (out === '' && status !== 0 && !said.startsWith('qemu')) {
    if (tellsOfNoRoom(said)) return ['undecided', said];
    if (said.startsWith('setpriv: ')) return judgeStart(said);
    if (/permission denied/i.test(said)) return ['permission', said];
    if (said === '' || said.startsWith(`${wish.named}: `))
      return ['not-registered', `no entry runs it: status ${status} without an answer`];
    return ['not-registered', said];
  }
  if (out !== `${wish.answer}\n` || status !== 0)
    return [
      'wrong-answer',
      `expected ${JSON.stringify(wish.answer)}, got ${JSON.stringify(out.trim() || said)}, status ${status}`,
    ];
  return judgeInterpreter(wish.expected, seen);
}

/** Before the program began: errno as Node says it. */
export function judgeError(error: NodeJS.ErrnoException): [ProbeVerdict, string] {
  const message = error.message;
  if (lacksRoom(error.code)) return ['undecided', message];
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return ['interpreter-missing', message];
  if (error.code === 'EACCES' || error.code === 'EPERM') return ['permission', message];
  if (error.code === 'ENOEXEC' || error.code === 'UNKNOWN') return ['not-registered', message];
  return ['wrong-answer', message];
}

/** The same in the words of setpriv(1), in the C locale. */
function judgeStart(said: string): [ProbeVerdict, string] {
  if (/no such file|not a directory/i.test(said)) return ['interpreter-missing', said];
  if (/permission denied|not permitted/i.test(said)) return ['permission', said];
  if (/exec format/i.test(said)) return ['not-registered', said];
  return ['wrong-answer', said];
}

function judgeInterpreter(wanted: ProbeWish['expected'], seen: Running | null): [ProbeVerdict, string] {
  if (wanted === null) {
    if (seen === null) return ['untrusted', 'it works, but what runs it could not be seen'];
    return seen.distrust === null ? ['verified', ''] : ['untrusted', `it runs by ${seen.distrust}`];
  }
  if (seen === null) return ['wrong-interpreter', 'the interpreter could not be seen'];
  if (seen.dev !== wanted.dev || seen.ino !== wanted.ino) return ['wrong-interpreter', `ran by ${seen.path}`];
  return ['verified', ''];
}
