import { closeSync, openSync, readSync } from 'node:fs';
import {
  type Mount,
  mountOf,
  mountsAlong,
  mountsAt,
  parseMountinfo,
  pointsAlong,
} from '../../core/kernel/mountinfo.ts';

/** The whole mount table of this process as it is now. Reading it never waits for another file system and triggers nothing. */
export function readMounts(): readonly Mount[] {
  return parseMountinfo(readAll());
}

/** The mounts at some paths and above them, now. */
export function readMountsAlong(paths: readonly string[]): readonly Mount[] {
  return mountsAlong(readAll(), paths);
}

/**
 * The same in slices, between which the loop goes on: the kernel needs 1.5 µs for each mount, 12 ms for 8000, and no
 * heal shall wait for that.
 */
export async function readMountsSliced(paths: readonly string[]): Promise<readonly Mount[]> {
  const table = openTable();
  try {
    for (let until = performance.now() + sliceMs; table.next(); ) {
      if (performance.now() < until) continue;
      await new Promise(setImmediate);
      until = performance.now() + sliceMs;
    }
  } finally {
    table.close();
  }
  return mountsAlong(table.text(), paths);
}

/**
 * The mount that a path without symlinks lies on, for checks of many paths in a row: a long table that was read a
 * moment ago is not read again, and each of its mount points is looked for once. What is mounted in between, nobody
 * could have told from a look just before either.
 */
export function recentMountOf(path: string): Mount | null {
  const now = performance.now();
  if (now >= recent.until) {
    const text = readAll();
    const then = performance.now();
    // The same table has the same answers.
    if (text !== recent.text || recent.answers.size >= mostAnswers)
      recent = { ...recent, text, points: new Set(), mounts: [], answers: new Map() };
    recent.until = then + (then - now) * freshFactor;
  }
  const known = recent.answers.get(path);
  if (known !== undefined) return known;
  const unknown = pointsAlong(path).filter((point) => !recent.points.has(point));
  if (unknown.length > 0) recent.mounts.push(...mountsAt(recent.text, unknown));
  for (const point of unknown) recent.points.add(point);
  const found = mountOf(recent.mounts, path);
  recent.answers.set(path, found);
  return found;
}

const sliceMs = 1;
/** At most a twentieth of the time goes into reading. */
const freshFactor = 20;
/** Of a table that never changes. */
const mostAnswers = 1024;
let recent = {
  text: '',
  until: Number.NEGATIVE_INFINITY,
  points: new Set<string>(),
  mounts: [] as Mount[],
  answers: new Map<string, Mount | null>(),
};

function readAll(): string {
  const table = openTable();
  try {
    while (table.next());
  } finally {
    table.close();
  }
  return table.text();
}

/** The kernel gives at most a page with each read; a buffer for all of them, since large ones cost more than the reads. */
const buffer = Buffer.allocUnsafe(16 * 1024);

function openTable(): { next(): boolean; text(): string; close(): void } {
  const fd = openSync('/proc/self/mountinfo', 'r');
  const parts: string[] = [];
  return {
    next() {
      const size = readSync(fd, buffer);
      if (size > 0) parts.push(buffer.toString('latin1', 0, size));
      return size > 0;
    },
    text: () => parts.join(''),
    close: () => closeSync(fd),
  };
}
