import { closeSync } from 'node:fs';
import { parseInterpreterVersion } from '../store/interpreters.ts';
import { runChild } from '../system/child.ts';
import type { Libc } from '../system/libc.ts';
import { type Confinement, confinement } from '../system/rights.ts';
import { type Running, type Seen, seeRunning } from './running.ts';
import { type StartedProbe, startProbe } from './start.ts';
import { judgeEnd, judgeError, type ProbeVerdict } from './verdict.ts';

export type { ProbeVerdict } from './verdict.ts';

/** The result of one probe; `interpreter` is the file that really ran it, where it could be seen. */
export interface ProbeResult {
  readonly verdict: ProbeVerdict;
  readonly detail: string;
  readonly interpreter: Running | null;
  /** Of the QEMU that ran it, where it was asked for, works and is trusted. */
  readonly version?: string | null;
  /** The one that ended it. */
  readonly signal?: string | null;
  /** From spawn to the answer, milliseconds. */
  readonly tookMs: number;
}

/** What to run and what must come of it. */
export interface ProbeTask {
  readonly file: string;
  /** An interpreter that is to run it without any entry. */
  readonly by?: string;
  /** The same file, open for reading: it is executed in place of the path. */
  readonly fd?: number;
  /** The program must see an argv[0] that is not its path, as with `P`. */
  readonly seesArgv0: boolean;
  /** The interpreter that policy expects, or null where any that works and is trusted will do. */
  readonly expected: { readonly dev: number; readonly ino: number } | null;
  /** What will run it is known to be trusted: without that nothing is run where all of our rights cannot be given up. */
  readonly sure: boolean;
  readonly asksVersion?: boolean;
  readonly timeoutMs: number;
  /** Ends the probe early, as a stop of the keeper does; its result then says nothing. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a probe, without rights: a foreign program that prints its argv[0], waits for a byte and ends. While it waits,
 * `/proc/PID/exe` is the interpreter that runs it; afterwards that link is often gone already.
 */
export async function runProbe(task: ProbeTask, libc: Libc | null = null): Promise<ProbeResult> {
  const confined = await confinement(libc !== null);
  if (confined.untried === true) return { ...unproven(confined), verdict: 'undecided' };
  if (confined.privileged && !task.sure) return unproven(confined);
  const { fd, ...result } = await execute(task, libc, confined);
  if (fd === null) return result;
  try {
    if (result.verdict !== 'verified') return result;
    return { ...result, version: await versionOf(fd, task.timeoutMs, confined) };
  } finally {
    closeSync(fd);
  }
}

/** The same with the rights of this process as they are, for one that has none to speak of. */
export async function runProbeAsIs(task: ProbeTask): Promise<ProbeResult> {
  const asIs: Confinement = { id: null, prefix: [], privileged: false, lacks: null };
  const { fd, ...result } = await execute(task, null, asIs);
  if (fd !== null) closeSync(fd);
  return result;
}

function execute(
  task: ProbeTask,
  libc: Libc | null,
  confined: Confinement,
): Promise<ProbeResult & { readonly fd: number | null }> {
  const began = performance.now();
  let started: StartedProbe;
  try {
    started = startProbe(task, confined);
  } catch (error) {
    // Node throws for every errno but a handful.
    const [verdict, detail] = judgeError(error as NodeJS.ErrnoException);
    return Promise.resolve({ verdict, detail, interpreter: null, tookMs: 0, fd: null });
  }
  const { child, answer, named } = started;
  return new Promise((resolve) => {
    let seen: Seen | null = null;
    let settled = false;
    const settle = (verdict: ProbeVerdict, detail: string, signal: string | null = null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      task.signal?.removeEventListener('abort', onAbort);
      const fd = seen?.fd ?? null;
      const interpreter = seen?.file ?? null;
      const tookMs = performance.now() - began;
      resolve({ verdict, detail, signal, interpreter, tookMs, fd });
    };
    const abandon = (verdict: ProbeVerdict, why: string): void => {
      kill(child.pid);
      // A child stuck in the kernel does not end by SIGKILL: the verdict does not wait for it.
      child.unref();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      settle(verdict, why);
    };
    const timer = setTimeout(() => abandon('hung', `no end within ${task.timeoutMs} ms`), task.timeoutMs);
    const onAbort = (): void => abandon('undecided', 'stopped');
    task.signal?.addEventListener('abort', onAbort, { once: true });
    child.on('error', (error: NodeJS.ErrnoException) => settle(...judgeError(error)));
    // Where descriptors have run out (EMFILE, ENFILE) Node makes no pipes, whatever its types say.
    if (child.stdin === undefined) return;
    child.stdin.on('error', () => {}); // EPIPE: the program ended already, and `close` tells how
    const said = listenTo(child, () => {
      seen = look(child.pid, task.asksVersion === true, confined, libc);
      child.stdin.end('x');
    });
    child.on('close', (status, signal) => {
      // Whatever it started ends with it.
      kill(child.pid);
      const wish = { answer, named, expected: task.expected };
      settle(...judgeEnd(wish, { ...said, seen: seen?.file ?? null, status, signal }), signal);
    });
  });
}

/** Gathers what a program says, and calls `answered` at its first line. */
function listenTo({ stdout, stderr }: StartedProbe['child'], answered: () => void) {
  const said = { out: '', err: '' };
  let heard = false;
  stderr.on('data', (text: Buffer) => {
    said.err = (said.err + text.toString('latin1')).slice(0, 500);
  });
  stdout.on('data', (text: Buffer) => {
    said.out = (said.out + text.toString('utf8')).slice(0, 8192);
    if (heard || !said.out.includes('\n')) return;
    heard = true;
    answered();
  });
  return said;
}

/** Where we have no right to look at processes of others, we look with the rights of that other. */
function look(pid: number | undefined, keep: boolean, { id }: Confinement, libc: Libc | null): Seen | null {
  return (
    seeRunning(pid, keep) ??
    (id === null || libc === null ? null : libc.withId(id, () => seeRunning(pid, keep)))
  );
}

/** The file itself is asked, by the descriptor that was judged: its path may lead elsewhere here, or nowhere. */
async function versionOf(fd: number, timeoutMs: number, { prefix, id }: Confinement): Promise<string | null> {
  const [command = '', ...args] = [...prefix, '/proc/self/fd/3', '--version'];
  const { stdout } = await runChild(command, args, { timeoutMs, maxOutput: 4096, id, files: [fd] });
  return parseInterpreterVersion(stdout);
}

function unproven({ lacks }: Confinement): ProbeResult {
  const detail = `nobody can see what runs it before it runs, and ${lacks?.why}`;
  return { verdict: 'untrusted', detail, interpreter: null, tookMs: 0 };
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // it ended between the time limit and the signal
  }
}
