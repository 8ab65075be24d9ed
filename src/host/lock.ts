import { spawnSync } from 'node:child_process';
import { done, type Outcome } from '../core/outcome.ts';
import type { Libc } from './libc.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Takes the exclusive lock on an open file description, without waiting. It excludes across containers and mount
 * namespaces, which lock files and process ids do not, and goes with the last copy of the descriptor. `EAGAIN`
 * where somebody else holds it.
 */
export function lockExclusive(fd: number, libc: Libc | null): Outcome {
  return libc ? libc.flock(fd, LOCK_EX | LOCK_NB) : lockByCommand(fd);
}

/** flock(1) locks the description that it inherited as descriptor 3, which is ours: the lock outlives the child. */
function lockByCommand(fd: number): Outcome {
  const { error, status, stderr } = spawnSync('flock', ['-n', '-x', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    encoding: 'latin1',
  });
  if (error) return { ok: false, code: errorCode(error), message: `flock(1): ${error.message}` };
  if (status === 0) return done;
  // util-linux and busybox say 1, and nothing on stderr, for a lock that is held
  if (status === 1 && stderr === '') return { ok: false, code: 'EAGAIN', message: 'flock(1): EAGAIN' };
  return { ok: false, code: 'EIO', message: `flock(1) ended with ${status}: ${stderr.trim()}` };
}

function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
}
