import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { runChild } from '../system/child.ts';
import type { Libc } from '../system/libc.ts';
import { type ProbeResult, type ProbeTask, runProbe } from './probe.ts';

const probeLimitMs = 5000;
const pauseMs = 300;

/**
 * Which probe files the kernel runs by itself, by target. Found by execution, because a CPU or a kernel may lack what
 * its family has (32-bit on arm64, for one). `sure` says that nobody's entry takes such files; where somebody's does and
 * what it runs could only run as root, the files count as native, so that they are left alone; where it can be seen
 * without any entry, that decides.
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
  const { verdict, signal } = await decided(task, libc);
  // What could not be tried at all is left alone, too. SIGSYS: the kernel ran it, and a filter of system calls (SystemCallArchitectures= of a unit) stopped it.
  if (verdict === 'verified' || leftAlone.has(verdict) || signal === 'SIGSYS') return true;
  return !sure && runsAlone(file);
}

/**
 * Whether a program runs where no entry is: somebody's may take what the CPU runs as well, such as qemu-i386. A new user
 * namespace with an instance of its own has none; where that cannot be made (before Linux 6.7, or forbidden) nothing is known.
 */
async function runsAlone(file: string): Promise<boolean> {
  const script = 'mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && exec "$0"';
  // Open: a path through /proc to a file of this process is closed to who lives in another user namespace.
  const opened = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (opened === null) return false;
  try {
    const there = '/proc/self/fd/3';
    const args = ['-Urm', '--propagation', 'private', 'sh', '-c', script, there];
    const options = { timeoutMs: probeLimitMs, input: 'x', files: [opened.fd] };
    const { status, stdout } = await runChild('unshare', args, options);
    return status === 0 && stdout === `${there}\n`;
  } finally {
    await opened.close();
  }
}

const leftAlone: ReadonlySet<string> = new Set(['untrusted', 'undecided', 'hung']);

/** A host that is short of something for a moment must not pass for one that lacks an instruction set. */
async function decided(task: ProbeTask, libc: Libc | null): Promise<ProbeResult> {
  let result = await runProbe(task, libc);
  for (let left = 3; left > 0 && (result.verdict === 'undecided' || result.signal === 'SIGKILL'); left--) {
    await setTimeout(pauseMs);
    result = await runProbe(task, libc);
  }
  return result;
}
