import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { textOf } from '../../core/kernel/bytes.ts';
import { matchesHeader } from '../../core/kernel/match.ts';
import { headerSize, type Matcher } from '../../core/kernel/registration.ts';
import { judgePath, untrusted } from '../files/trust.ts';
import { type ChildResult, runChild } from '../system/child.ts';
import { failure } from '../system/errno.ts';
import type { Libc } from '../system/libc.ts';
import { reach } from '../system/reach.ts';
import { confinement } from '../system/rights.ts';
import { couldNotTry } from '../system/shortage.ts';
import type { ProbeResult, ProbeVerdict } from './probe.ts';

/** What is run to prove a handler of the user's own, and how it must end. */
export interface CheckTask {
  readonly command: readonly string[];
  /** The command is a file that this handler must take; null where it is any program. */
  readonly sampleOf: Matcher | null;
  readonly status: number;
  readonly timeoutMs: number;
}

/**
 * Runs a check without rights, as probes are run. It is the user's own program, named in a file of root's: what others could
 * change is not run all the same, since whoever changes it would decide what a handler is said to do.
 */
export async function runCheck(task: CheckTask, libc: Libc | null): Promise<ProbeResult> {
  const [file = '', ...args] = task.command;
  const refused = await refusal(file, task.sampleOf);
  if (refused !== null) return ended(...refused);
  const confined = await confinement(libc !== null);
  if (confined.untried === true) return ended('undecided', confined.lacks?.why ?? '');
  const { prefix, id } = confined;
  const [program = file, ...words] = prefix.length === 0 ? [file, ...args] : [...prefix, '--', file, ...args];
  const began = performance.now();
  const result = await runChild(program, words, { timeoutMs: task.timeoutMs, id, cwd: barren });
  return { ...ended(...judge(task, result)), tookMs: performance.now() - began };
}

/** A shell, which gets what no entry runs, can make nothing here. */
const barren = '/proc';

type Verdict = readonly [verdict: ProbeVerdict, detail: string];

/** Why it is not run at all; null where it may be. */
async function refusal(file: string, sampleOf: Matcher | null): Promise<Verdict | null> {
  const reached = await reach(file, 2000);
  if (!reached.ok) return [reached.code === 'ETIMEDOUT' ? 'hung' : 'undecided', reached.message];
  const judged = await judgePath(file);
  if (!judged.ok) return [judged.code === untrusted ? 'untrusted' : 'interpreter-missing', judged.message];
  if ((judged.found.mode & 0o111) === 0) return ['permission', `${judged.path} has no execute permission`];
  if (sampleOf === null) return null;
  try {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    const opened = await open(judged.path, flags);
    try {
      const { buffer } = await opened.read(new Uint8Array(headerSize), 0, headerSize, 0);
      if (matchesHeader(sampleOf, buffer, file)) return null;
      return ['wrong-answer', `${textOf(file)} is no file that this handler takes`];
    } finally {
      await opened.close();
    }
  } catch (error) {
    return ['interpreter-missing', failure('the sample cannot be read', error).message];
  }
}

function judge({ command: [file], status, timeoutMs }: CheckTask, result: ChildResult): Verdict {
  const said = result.stderr.trim().split('\n')[0]?.slice(0, 200) ?? '';
  const words = said === '' ? '' : `: ${said}`;
  if (result.timedOut) return ['hung', `${file} did not end within ${timeoutMs} ms${words}`];
  if (result.spawnError === undefined && result.signal === null && result.status === status)
    return ['verified', ''];
  if (couldNotTry({ ...result, signal: null })) return ['undecided', `${result.spawnError ?? said}`];
  if (result.spawnError !== undefined)
    return ['not-registered', `${file} cannot be started: ${result.spawnError}`];
  if (result.signal !== null) return ['killed', `${file} was ended by ${result.signal}${words}`];
  return ['wrong-answer', `${file} ended with status ${result.status}, expected ${status}${words}`];
}

function ended(verdict: ProbeVerdict, detail: string): ProbeResult {
  return { verdict, detail, interpreter: null, tookMs: 0 };
}
