import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Libc } from './libc.ts';

const MOUNT_TABLE = '/proc/self/mountinfo';
const EPOLLPRI = 0x2;
const EPOLLERR = 0x8;
/** How long a change may go unseen where there is no FFI. */
const POLL_MS = 1000;

/**
 * Calls `changed` after the mount table of this namespace changed, because inotify says nothing about it. The
 * caller looks again: changes made in one go arrive as one call. Returns the stop function. Neither way keeps the
 * process alive.
 */
export function watchMounts(libc: Libc | null, changed: () => void): () => void {
  return (libc && watchByEpoll(libc, changed)) ?? watchByTimer(changed);
}

/**
 * The kernel marks a change of the table POLLPRI|POLLERR, which libuv cannot ask for; but an epoll set that holds
 * the table is itself readable then. Null where descriptors have run out.
 */
function watchByEpoll(libc: Libc, changed: () => void): (() => void) | null {
  const before = readTable();
  const table = openSync(MOUNT_TABLE, 'r');
  const set = libc.epoll(table, EPOLLPRI | EPOLLERR);
  if (set === null) {
    closeSync(table);
    return null;
  }
  let stopped = false;
  // libuv adds the set when its loop polls next, and that look swallows what is pending: a change between here and
  // there makes no event. An immediate within an immediate runs after that poll, wherever in the loop we are.
  const afterPoll = (): void => {
    if (!stopped && readTable() !== before) changed();
  };
  setImmediate(() => setImmediate(afterPoll));
  const stopPolling = libc.pollReadable(set.fd, () => {
    if (stopped) return;
    set.drain();
    changed();
  });
  return () => {
    if (stopped) return;
    stopped = true;
    stopPolling();
    closeSync(set.fd);
    closeSync(table);
  };
}

function watchByTimer(changed: () => void): () => void {
  let seen = readTable();
  const timer = setInterval(() => {
    const now = readTable();
    if (now === null || now === seen) return;
    seen = now;
    changed();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Null where it cannot be read now (descriptors have run out): the next tick tries again. */
function readTable(): string | null {
  try {
    return readFileSync(MOUNT_TABLE, 'latin1');
  } catch {
    return null;
  }
}
