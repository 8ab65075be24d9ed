import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { parseEntry } from '../src/core/entry.ts';
import { renderLine } from '../src/core/registration.ts';
import { entryNames } from './daemon.ts';

const cell = new Int32Array(new SharedArrayBuffer(4));
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

/** Lets short sleeps of this thread end when they should, and not up to 50 µs later. */
export function sharpenTimers(): void {
  writeFileSync('/proc/self/timerslack_ns', '1');
}

/**
 * Milliseconds from `from` until `done`; NaN after five seconds. Looks every 40 to 80 µs, which is part of what is
 * measured: without a pause this thread would keep the daemon from the processor that wakes it.
 */
export function waitFor(from: number, done: () => boolean): number {
  for (;;) {
    if (done()) return performance.now() - from;
    if (performance.now() - from > 5000) return Number.NaN;
    Atomics.wait(cell, 0, 0, 0.02);
  }
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
