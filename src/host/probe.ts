import { spawn } from 'node:child_process';
import { readlinkSync, statSync } from 'node:fs';

/** What running a foreign program proved, or how it failed. */
export type ProbeVerdict =
  | 'verified'
  | 'not-registered'
  | 'interpreter-missing'
  | 'permission'
  | 'killed'
  | 'hung'
  | 'wrong-interpreter'
  | 'wrong-answer';

/** The result of one probe; `interpreter` is the file that really ran it, where it could be seen. */
export interface ProbeResult {
  readonly verdict: ProbeVerdict;
  readonly detail: string;
  readonly interpreter: { readonly path: string; readonly dev: number; readonly ino: number } | null;
  /** From spawn to the answer, milliseconds. */
  readonly tookMs: number;
}

/** What to run and what must come of it. */
export interface ProbeTask {
  readonly file: string;
  /** The program must see this as argv[0]: an agreed word with `P`, else the file's own path. */
  readonly argv0: string;
  readonly answer: string;
  /** The interpreter that policy expects, or null where any that works will do. */
  readonly expected: { readonly dev: number; readonly ino: number } | null;
  readonly timeoutMs: number;
  /** Ends the probe early, as a stop of the keeper does; its result then says nothing. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a probe: a foreign program that prints its argv[0], waits for a byte and ends. While it waits,
 * `/proc/PID/exe` names the interpreter that runs it; afterwards that link is often gone already.
 */
export function runProbe(task: ProbeTask): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const started = performance.now();
    let out = '';
    let err = '';
    let seen: ProbeResult['interpreter'] = null;
    let answered = false;
    let settled = false;
    const settle = (verdict: ProbeVerdict, detail: string): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      task.signal?.removeEventListener('abort', onAbort);
      resolve({ verdict, detail, interpreter: seen, tookMs: performance.now() - started });
    };
    const { file, argv0 } = task;
    const child = spawn(file, [], { argv0, cwd: barren, stdio: 'pipe', detached: true, env: {} });
    const abandon = (why: string): void => {
      kill(child.pid);
      // A child stuck in the kernel does not end by SIGKILL: the verdict does not wait for it.
      child.unref();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      settle('hung', why);
    };
    const timer = setTimeout(() => abandon(`no end within ${task.timeoutMs} ms`), task.timeoutMs);
    const onAbort = (): void => abandon('stopped');
    task.signal?.addEventListener('abort', onAbort, { once: true });
    child.on('error', (error: NodeJS.ErrnoException) => settle(...fromErrno(error)));
    // Where descriptors have run out (EMFILE, ENFILE) Node makes no pipes, whatever its types say.
    if (child.stdin === undefined) return;
    child.stdin.on('error', () => {}); // EPIPE: the program ended already, and `close` tells how
    child.stderr.on('data', (text: Buffer) => {
      err = (err + text.toString('latin1')).slice(0, 500);
    });
    child.stdout.on('data', (text: Buffer) => {
      out = (out + text.toString('utf8')).slice(0, 8192);
      if (answered || !out.includes('\n')) return;
      answered = true;
      seen = interpreterOf(child.pid);
      child.stdin.end('x');
    });
    child.on('close', (status, signal) => settle(...judge(task, { out, err, seen, status, signal })));
  });
}

/**
 * Nothing can be made here. glibc's execvp hands a file that nobody runs to /bin/sh, and to a shell the probe of x86_64
 * (machine number 62, `>`) redirects output into a file.
 */
export const barren = '/proc';

interface End {
  readonly out: string;
  readonly err: string;
  readonly seen: ProbeResult['interpreter'];
  readonly status: number | null;
  readonly signal: string | null;
}

/**
 * The shell that got a file which no entry matches complains, naming that file first, and ends with 2, 126 or 127: an
 * answer that never came from a shell means that nothing is registered.
 */
function judge(task: ProbeTask, end: End): [ProbeVerdict, string] {
  const { out, err, seen, status, signal } = end;
  const said = err.trim().split('\n')[0] ?? '';
  if (signal !== null) return ['killed', `ended by ${signal}${said === '' ? '' : `: ${said}`}`];
  if (out === '' && status !== 0 && !said.startsWith('qemu')) {
    if (/permission denied/i.test(said)) return ['permission', said];
    if (said === '' || said.startsWith(`${task.file}: `))
      return ['not-registered', `no entry runs it: status ${status} without an answer`];
    return ['not-registered', said];
  }
  if (out !== `${task.answer}\n` || status !== 0)
    return [
      'wrong-answer',
      `expected ${JSON.stringify(task.answer)}, got ${JSON.stringify(out.trim() || said)}, status ${status}`,
    ];
  const wanted = task.expected;
  if (wanted !== null && seen === null) return ['wrong-interpreter', 'the interpreter could not be seen'];
  if (wanted !== null && seen !== null && (seen.dev !== wanted.dev || seen.ino !== wanted.ino))
    return ['wrong-interpreter', `ran by ${seen.path}`];
  return ['verified', ''];
}

function fromErrno(error: NodeJS.ErrnoException): [ProbeVerdict, string] {
  const message = error.message;
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return ['interpreter-missing', message];
  if (error.code === 'EACCES' || error.code === 'EPERM') return ['permission', message];
  if (error.code === 'ENOEXEC' || error.code === 'UNKNOWN') return ['not-registered', message];
  return ['wrong-answer', message];
}

function interpreterOf(pid: number | undefined): ProbeResult['interpreter'] {
  const link = `/proc/${pid}/exe`;
  try {
    const { dev, ino } = statSync(link);
    return { path: readlinkSync(link), dev, ino };
  } catch {
    return null; // an exiting process has no exe, and another user's cannot be read
  }
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended between the time limit and the signal
  }
}
