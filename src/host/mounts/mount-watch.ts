import { closeSync, openSync } from 'node:fs';
import type { Epoll } from '../libc/event-calls.ts';
import type { Libc } from '../system/libc.ts';
import { openMountSight } from './mount-sight.ts';

const MOUNT_TABLE = '/proc/self/mountinfo';
const EPOLLPRI = 0x2;
const EPOLLERR = 0x8;
/** How long a change may go unseen where there is no FFI. */
const POLL_MS = 1000;
/** After a change the kernel is not asked for more of them for so long: others may mount thousands of times a second. */
const PAUSE_MS = 25;

/** Tells of a change: `ours` where another mount lies on top of one of our mount points than before. */
export type MountsChanged = (ours: boolean) => void;

/**
 * Calls `changed` after the mount table of this namespace changed, because inotify says nothing about it. The
 * caller looks again: changes made in one go arrive as one call. What a call costs does not grow with the table.
 * Returns the stop function. Neither way keeps the process alive.
 */
export function watchMounts(
  libc: Libc | null,
  points: readonly string[],
  changed: MountsChanged,
): () => void {
  const sight = openMountSight(points);
  let before = sight.look();
  const look = (): void => {
    const now = sight.look();
    const ours = now !== before;
    before = now;
    changed(ours);
  };
  const stopLooking = (libc && watchByEpoll(libc, look)) ?? watchByTimer(look);
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    stopLooking();
    sight.close();
  };
}

/**
 * The kernel marks a change of the table POLLPRI|POLLERR, which libuv cannot ask for; but an epoll set that holds
 * the table is itself readable then. Adding the table to the set, or the set to libuv's loop, swallows what is
 * pending at that moment, for the mark belongs to the open file: a second one tells of what was swallowed. Null
 * where descriptors have run out.
 */
function watchByEpoll(libc: Libc, look: () => void): (() => void) | null {
  const tables = openTables();
  const [told, asked] = tables;
  const set = told === undefined || asked === undefined ? null : libc.epoll(told, EPOLLPRI | EPOLLERR);
  if (set === null || asked === undefined) {
    for (const fd of tables) closeSync(fd);
    return null;
  }
  const stopPolling = pollWithPauses(libc, set, asked, look);
  return () => {
    stopPolling();
    for (const fd of [set.fd, ...tables]) closeSync(fd);
  };
}

function pollWithPauses(libc: Libc, set: Epoll, table: number, look: () => void): () => void {
  let stopped = false;
  let pause: NodeJS.Timeout | null = null;
  const isChanged = (): boolean => libc.hasEvent(table, EPOLLPRI | EPOLLERR);
  const lookAndPause = (): void => {
    if (stopped) return;
    set.drain();
    set.listen(false);
    pause ??= setTimeout(() => {
      pause = null;
      set.listen(true);
      if (isChanged()) lookAndPause();
    }, PAUSE_MS);
    pause.unref();
    isChanged();
    look();
  };
  // libuv adds the set when its loop polls next; an immediate within an immediate runs after that poll.
  setImmediate(() =>
    setImmediate(() => {
      if (!stopped && isChanged()) lookAndPause();
    }),
  );
  const stopPolling = libc.pollReadable(set.fd, () => {
    if (pause === null) lookAndPause();
  });
  return () => {
    stopped = true;
    if (pause !== null) clearTimeout(pause);
    stopPolling();
  };
}

function openTables(): number[] {
  const opened: number[] = [];
  try {
    for (let n = 0; n < 2; n += 1) opened.push(openSync(MOUNT_TABLE, 'r'));
  } catch {
    // Descriptors have run out.
  }
  return opened;
}

function watchByTimer(look: () => void): () => void {
  const timer = setInterval(look, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
