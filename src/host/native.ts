import { stat } from 'node:fs/promises';
import type { Libc } from './libc.ts';
import { runProbe } from './probe.ts';

const probeLimitMs = 5000;

/**
 * Which probe files the kernel runs by itself, by target. Found by execution, because a CPU or a kernel may lack what
 * its family has (32-bit on arm64, for one). `sure` says that nobody's entry takes such files; where somebody's does and
 * what it runs could only run as root, the files count as native, so that they are left alone.
 */
export async function runsNatively(
  files: ReadonlyMap<string, string>,
  sure: (target: string) => boolean,
  libc: Libc | null,
): Promise<readonly string[]> {
  const tried = await Promise.all(
    [...files].map(async ([target, path]) => ((await isNative(path, sure(target), libc)) ? [target] : [])),
  );
  return tried.flat();
}

async function isNative(file: string, sure: boolean, libc: Libc | null): Promise<boolean> {
  const expected = await stat(file).catch(() => null);
  if (expected === null) return false;
  const task = { file, seesArgv0: false, expected, sure, timeoutMs: probeLimitMs };
  const { verdict, signal } = await runProbe(task, libc).catch(() => ({ verdict: 'hung', signal: null }));
  // SIGSYS: the kernel ran it, and a filter of system calls (SystemCallArchitectures= of a unit) stopped it.
  return verdict === 'verified' || verdict === 'untrusted' || signal === 'SIGSYS';
}
