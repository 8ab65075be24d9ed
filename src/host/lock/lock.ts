import { spawnSync } from 'node:child_process';
import { done, type Outcome } from '../../core/outcome.ts';
import type { Libc } from '../system/libc.ts';

/** What is asked of an open file description. */
export type LockWish = 'exclusive' | 'shared' | 'none';

const operations: Readonly<Record<LockWish, { readonly flags: number; readonly option: string }>> = {
  shared: { flags: 1, option: '-s' },
  exclusive: { flags: 2, option: '-x' },
  none: { flags: 8, option: '-u' },
};
const LOCK_NB = 4;

/**
 * Takes or lets go the lock of an open file description, without waiting. It excludes across containers and mount
 * namespaces, which lock files and process ids do not, and goes with the last copy of the descriptor. `EAGAIN` where
 * somebody else holds it, `ENOTOOL` where there is neither FFI nor flock(1).
 */
export function lockFile(fd: number, wish: LockWish, libc: Libc | null): Outcome {
  const { flags, option } = operations[wish];
  if (libc === null) return lockByCommand(fd, option);
  const result = libc.flock(fd, flags | LOCK_NB);
  return !result.ok && result.code === 'EWOULDBLOCK' ? { ...result, code: 'EAGAIN' } : result;
}

/** flock(1) locks the description that it inherited as descriptor 3, which is ours: the lock outlives the child. */
function lockByCommand(fd: number, option: string): Outcome {
  const { error, status, stderr } = spawnSync('flock', ['-n', option, '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    encoding: 'latin1',
  });
  if (error) return notStarted(error);
  if (status === 0) return done;
  // util-linux and busybox say 1, and nothing on stderr, for a lock that is held
  if (status === 1 && stderr === '') return { ok: false, code: 'EAGAIN', message: 'flock(1): EAGAIN' };
  return { ok: false, code: 'EIO', message: `flock(1) ended with ${status}: ${stderr.trim()}` };
}

function notStarted(error: Error): Outcome {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
  return { ok: false, code: code === 'ENOENT' ? 'ENOTOOL' : code, message: `flock(1): ${error.message}` };
}
