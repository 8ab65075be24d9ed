import type { Libc } from './libc.ts';

/**
 * Ends this process whatever hangs. exit(3) waits for every thread of libuv, and one that writes to a pipe which nobody
 * reads, or looks at a dead server, does not come back. Without FFI a signal does it, and the status is lost.
 */
export function endNow(libc: Libc | null, status: number): never {
  // The last listener: those before it end the children.
  process.on('exit', () => {
    libc?.exit(status);
    process.kill(process.pid, 'SIGKILL');
  });
  process.exit(status);
}
