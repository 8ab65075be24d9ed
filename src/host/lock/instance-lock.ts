import { closeSync, constants, openSync } from 'node:fs';
import type { Outcome } from '../../core/outcome.ts';
import { errnoOf, failure } from '../system/errno.ts';
import type { Libc } from '../system/libc.ts';
import { lockFile } from './lock.ts';

/** `alone` false: nobody of this version has the instance, but somebody holds the lock of older ones. */
export type Locked =
  | { readonly ok: true; readonly alone: boolean }
  /** `stays`: who has it said that it keeps it, so that waiting is in vain. */
  | { readonly ok: false; readonly code: string; readonly message: string; readonly stays?: boolean };

/** Both locks of one instance. */
export interface InstanceLock {
  /** Takes what is not held yet, without waiting. `EAGAIN` where another keeper has it; then nothing is held. */
  take(): Locked;
  /** Says to others that it is kept, as a daemon does and a command does not. */
  stay(): void;
  /** The descriptor of `register`, where it is held and open for writing. */
  writable(): number | null;
  release(): void;
}

/**
 * The exclusive lock lies on `register`, which only root can open (0200). The root directory is open to every user, who
 * could hold a lock on it for as long as they like; keepers up to 0.1.0 lock it exclusively, so it is shared as well:
 * then none of them can start. Whoever holds that lock against us is for the caller to find out.
 */
export function createInstanceLock(root: number, register: Buffer, libc: Libc | null): InstanceLock {
  let fd: number | null = null;
  let writable = false;
  let exclusive = false;
  let onRoot = false;
  let staying = false;

  const mark = (): void => {
    // Where it cannot be said, others wait for us as for a command.
    if (staying && exclusive && fd !== null) libc?.mark(fd, writable);
  };

  const takeRegister = (): Outcome & { readonly readOnly?: true } => {
    try {
      if (fd === null) [fd, writable] = open(register);
    } catch (error) {
      const failed = failure('open register', error);
      return failed.code === 'EROFS' ? { ...failed, readOnly: true } : failed;
    }
    const taken = lockFile(fd, 'exclusive', libc);
    exclusive = taken.ok;
    mark();
    return taken;
  };

  const release = (): void => {
    if (fd !== null) closeSync(fd);
    if (onRoot) lockFile(root, 'none', libc);
    [fd, writable, exclusive, onRoot] = [null, false, false, false];
  };

  return {
    take() {
      const taken: ReturnType<typeof takeRegister> = exclusive ? { ok: true } : takeRegister();
      // Nothing can be written to a read-only superblock, so that two keepers do no harm: the lock of old will do.
      if (!taken.ok && taken.readOnly !== true) {
        const stays = fd !== null && libc?.isMarked(fd) === true;
        release();
        return { ...taken, stays };
      }
      if (onRoot) return { ok: true, alone: true };
      const shared = lockFile(root, taken.ok ? 'shared' : 'exclusive', libc);
      onRoot = shared.ok;
      if (shared.ok || shared.code === 'EAGAIN') return { ok: true, alone: shared.ok };
      release();
      return shared;
    },
    stay() {
      staying = true;
      mark();
    },
    writable: () => (writable ? fd : null),
    release,
  };
}

/**
 * For reading where a capability allows it: a file that is open for writing makes `remount,ro` fail with EBUSY. Opening
 * alone changes nothing, and moves no watch of ours or of libuv's.
 */
function open(register: Buffer): [number, boolean] {
  try {
    return [openSync(register, constants.O_RDONLY), false];
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
    return [openSync(register, constants.O_WRONLY), true];
  }
}
