import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lockFile } from '../lock/lock.ts';
import type { Libc } from '../system/libc.ts';

/** The name of its file. */
export const booksLock = 'lock';

/**
 * Lets one process at a time change the manifest: it is read, changed and written, and what another one wrote meanwhile would
 * be lost. The file is root's alone, because whoever can open one can hold its lock. Where no lock is to be had (a read-only
 * store, a holder that hangs), the work is done without.
 */
export async function withBooksLock<T>(dir: string, libc: Libc | null, work: () => Promise<T>): Promise<T> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(dir, booksLock), flags, 0o600).catch(() => null);
  if (file === null) return work();
  try {
    await lock(file, libc);
    return await work();
  } finally {
    await file.close();
  }
}

const pauseMs = 20;
/** A manifest is written in milliseconds; twenty slow disks' worth of fsync fit in. */
const patienceMs = 10_000;

async function lock(file: FileHandle, libc: Libc | null): Promise<void> {
  for (let left = patienceMs; left > 0; left -= pauseMs) {
    const locked = lockFile(file.fd, 'exclusive', libc);
    if (locked.ok || locked.code !== 'EAGAIN') return;
    await pause(pauseMs);
  }
}
