import { closeSync, constants, openSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createInstanceLock } from '../lock/instance-lock.ts';
import type { Libc } from '../system/libc.ts';

/**
 * Whether this user namespace's instance existed before, asked by trying to make it anew: FSCONFIG_CMD_CREATE_EXCL
 * (Linux ≥ 6.6) refuses with EBUSY as long as anything holds the superblock, be it a mount in a namespace that
 * cannot be seen from here or an open file. Null where it cannot be asked. Only where we may mount: what is made here
 * dies at once, but in a user namespace without an instance it hides the ancestor's entries for good.
 *
 * A holder may be another one-shot that is about to end, of which nothing else is to be seen from a container. So a
 * young instance that is `unseen`, held by who knows whom, is asked for once more when such a one would be gone; not
 * where a daemon has its lock.
 */
export async function superblockExisted(
  libc: Libc | null,
  unseen: boolean,
): Promise<'existed' | 'first' | null> {
  const said = tryToMake(libc);
  if (libc === null || said !== 'existed' || !unseen) return said;
  for (let left = patience; left > 0; left--) {
    const { young, lock } = glance(libc);
    if (!young || lock === 'stays') return said;
    await pause(lock === 'held' ? pauseMs : endMs);
    if (lock === 'free') return tryToMake(libc);
  }
  return said;
}

/** Minutes are what the slowest one-shot takes, a second is more than it needs to end once it has given up its lock. */
const youngMs = 300_000;
const endMs = 1000;
const pauseMs = 250;
const patience = 20;

function tryToMake(libc: Libc | null): 'existed' | 'first' | null {
  const created = libc?.createExclusive('binfmt_misc');
  if (created === undefined) return null;
  if (!created.ok) return created.code === 'EBUSY' ? 'existed' : null;
  // Held by this descriptor alone: close(2) frees it before it returns, so that the next mount makes a new one.
  closeSync(created.fd);
  return 'first';
}

/** Looks at the instance by a mount that is nowhere and ends at once. */
function glance(libc: Libc): { readonly young: boolean; readonly lock: LockState } {
  const mounted = libc.mountDetached('binfmt_misc');
  // What holds it may be ending right now: then it is asked for again.
  if (!mounted.ok) return { young: true, lock: 'free' };
  try {
    const path = `/proc/self/fd/${mounted.fd}`;
    const birth = superblockBirth(path);
    return { young: birth === null || Date.now() - birth < youngMs, lock: lockOf(libc, path) };
  } finally {
    closeSync(mounted.fd);
  }
}

/** A daemon `stays`: it is no one-shot that is about to end. */
type LockState = 'free' | 'held' | 'stays';

function lockOf(libc: Libc, path: string): LockState {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  const lock = createInstanceLock(fd, Buffer.from(`${path}/register`), libc);
  const taken = lock.take();
  lock.release();
  closeSync(fd);
  if (taken.ok) return 'free';
  return taken.stays === true ? 'stays' : 'held';
}

/**
 * When the superblock mounted at `path` was made (Unix ms): its files get their ctime then, and neither registering
 * nor deleting moves all three. Coarse, by the kernel's tick of up to 10 ms. Null where nothing is to be seen.
 */
export function superblockBirth(path: string): number | null {
  try {
    return Math.min(...[path, `${path}/register`, `${path}/status`].map((file) => statSync(file).ctimeMs));
  } catch {
    return null;
  }
}
