import { closeSync, openSync, readSync } from 'node:fs';
import {
  type Mount,
  mountOf,
  mountPointsIn,
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
  const { text, points, mounts, answers } = upToDate();
  const known = answers.get(path);
  if (known !== undefined) return known;
  const unknown = pointsAlong(path).filter((point) => !points.has(point));
  if (unknown.length > 0) mounts.push(...mountsAt(text, unknown));
  for (const point of unknown) points.add(point);
  const found = mountOf(mounts, path);
  answers.set(path, found);
  return found;
}

/** All mount points, as fresh; another set as soon as the table is another one. */
export function recentMountPoints(): ReadonlySet<string> {
  const current = upToDate();
  current.allPoints ??= mountPointsIn(current.text);
  return current.allPoints;
}

function upToDate(): typeof recent {
  if (performance.now() < recent.until) return recent;
  const text = readAll();
  // The same table has the same answers.
  const isSame = text === recent.text;
  const allPoints = isSame ? recent.allPoints : null;
  if (!isSame || recent.answers.size >= mostAnswers)
    recent = { text, until: 0, points: new Set(), mounts: [], answers: new Map(), allPoints };
  recent.until = performance.now() + text.length * freshFactor;
  return recent;
}

const sliceMs = 1;
/**
 * Milliseconds for each byte: at most a twentieth of the time goes into reading, which takes the kernel 1.5 µs for a mount
 * of 100 bytes. Not measured: a process that waited for its turn meanwhile would believe an old table for a second.
 */
const freshFactor = 3e-4;
/** Of a table that never changes. */
const mostAnswers = 1024;
let recent = {
  text: '',
  until: Number.NEGATIVE_INFINITY,
  points: new Set<string>(),
  mounts: [] as Mount[],
  answers: new Map<string, Mount | null>(),
  allPoints: null as ReadonlySet<string> | null,
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
