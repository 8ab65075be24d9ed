import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Libc } from '../system/libc.ts';
import { reach } from '../system/reach.ts';

/** How often we look again, and how long a file that nobody can tell us about must have been left alone. Milliseconds. */
const lookMs = 100;
const quietMs = 500;
/** A program that keeps a file open for writing without end must not keep us from reading it for ever. */
const patienceMs = 30_000;

/**
 * Waits while somebody has a file open for writing, so that one who writes slowly, or truncates first, is not met half
 * way: the first half of a configuration, or an empty one, is a valid one. A file that cannot be opened is for the
 * reader to complain about. Who replaces a file by rename never makes us wait.
 */
export async function settled(path: string, libc: Libc | null): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end && !(await isSettled(path, libc))) await pause(lookMs);
}

async function isSettled(path: string, libc: Libc | null): Promise<boolean> {
  if (!(await reach(path)).ok) return true;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const found = await file.stat();
      if (!found.isFile()) return true;
      const written = libc?.isOpenForWriting(file.fd) ?? null;
      return written === null ? Math.abs(Date.now() - found.mtimeMs) >= quietMs : !written;
    } finally {
      await file.close();
    }
  } catch {
    return true;
  }
}
