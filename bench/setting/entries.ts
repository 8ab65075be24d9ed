import { closeSync, constants, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import koffi from 'koffi';
import { parseEntry } from '../../src/core/kernel/entry.ts';
import { renderLine } from '../../src/core/kernel/registration.ts';
import { entryNames } from './daemon.ts';

const first = Buffer.alloc(1);
const ENABLED = 'e'.charCodeAt(0);

/** One write to a file of the instance, never by creating it. */
export function put(path: string, text: string | Uint8Array): void {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    writeSync(fd, typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  } finally {
    closeSync(fd);
  }
}

/** The inode of an entry, 0 where it is not there. */
export function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}

/** Opens an entry or `status` to ask `isEnabled` of it. */
export function openState(path: string): number {
  return openSync(path, constants.O_RDONLY);
}

/** Whether an opened entry or `status` says `enabled` now. */
export function isEnabled(fd: number): boolean {
  readSync(fd, first, 0, 1, 0);
  return first[0] === ENABLED;
}

/**
 * Milliseconds from `from` until `done`; NaN after five seconds. Sleeps until the kernel tells of a change: a thread
 * that looks again and again shares the processor with the daemon that it measures, which tripled the medians.
 * Waking up, about 50 µs, is part of the figure.
 */
export function waitFor(main: string, from: number, done: () => boolean): number {
  const events = eventsOf(main);
  while (!done()) {
    const left = from + 5000 - performance.now();
    if (left <= 0) return Number.NaN;
    events.wait(left);
  }
  return performance.now() - from;
}

interface Events {
  wait(ms: number): void;
}

const opened = new Map<number, Events>();

/** Blocking inotify on the root of the instance that is mounted now. */
function eventsOf(main: string): Events {
  const { dev } = statSync(main);
  const known = opened.get(dev);
  if (known !== undefined) return known;
  const libc = koffi.load('libc.so.6');
  const fd: number = libc.func('int inotify_init1(int)')(constants.O_NONBLOCK);
  const IN_MODIFY = 2;
  if (libc.func('int inotify_add_watch(int, const char *, uint32_t)')(fd, main, IN_MODIFY) < 0)
    throw new Error(`cannot watch ${main}`);
  const poll = libc.func('int poll(void *, unsigned long, int)');
  const wanted = Buffer.alloc(8);
  wanted.writeInt32LE(fd);
  wanted.writeInt16LE(1, 4);
  const read = libc.func('long read(int, void *, size_t)');
  const sink = Buffer.alloc(64 * 1024);
  const events = {
    wait(ms: number) {
      if (poll(wanted, 1, Math.ceil(ms)) > 0) read(fd, sink, sink.length);
    },
  };
  opened.set(dev, events);
  return events;
}

/** The line that registers the same files for somebody else. */
export function copyLine(path: string, name: string, interpreter: string): Uint8Array {
  const entry = parseEntry(readFileSync(path, 'latin1'));
  if (entry === null || entry.matcher === null) throw new Error(`${path} is not an entry`);
  return renderLine({ name, matcher: entry.matcher, interpreter, flags: '' });
}

/** Brings the number of harmless foreign entries to `count`; their magics match no file that exists. */
export function setForeign(main: string, count: number): void {
  const there = new Set(entryNames(main).filter((name) => name.startsWith('foreign-')));
  for (const name of there) {
    if (Number(name.slice(8)) < count) continue;
    put(`${main}/${name}`, '-1');
    there.delete(name);
  }
  for (let i = 0; i < count; i += 1) {
    const name = `foreign-${i}`;
    if (there.has(name)) continue;
    const magic = `\\x7fELF\\x02\\x01\\x01FOREIGN${String(i).padStart(6, '0')}`;
    put(`${main}/register`, `:${name}:M::${magic}:${'\\xff'.repeat(20)}:/bin/true:`);
  }
}
