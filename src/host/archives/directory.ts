import { createHash } from 'node:crypto';
import { closeSync, constants, type Dir, fstatSync, opendirSync, openSync, readSync } from 'node:fs';
import { identify } from '../../core/binary/identify.ts';
import { errnoOf } from '../system/errno.ts';
import { isLocal } from '../system/local.ts';
import { recentMountOf, recentMountPoints } from '../system/mount-table.ts';
import type { Looker } from './seen.ts';

/**
 * Looks at all files below a directory, which are not sorted: memory does not grow with them. Symlinks are not followed,
 * pipes and devices not opened, and other machines' file systems below it not entered.
 */
export async function lookThroughDirectory(root: string, looker: Looker): Promise<void> {
  const points = recentMountPoints();
  const level = openLevel(root, '', looker, points);
  const levels = level === null ? [] : [level];
  const buffers = { head: Buffer.allocUnsafe(4096), piece: Buffer.allocUnsafe(65_536) };
  let until = performance.now() + sliceMs;
  for (let top = levels.at(-1); top !== undefined; top = levels.at(-1)) {
    const entry = next(top, looker);
    if (entry === null) {
      top.dir.closeSync();
      levels.pop();
      continue;
    }
    const name = top.name === '' ? entry.name : `${top.name}/${entry.name}`;
    if (entry.isDirectory()) {
      const below = levels.length >= deepest ? tooDeep(name, looker) : openLevel(root, name, looker, points);
      if (below !== null) levels.push(below);
    } else if (entry.isFile()) lookAt(`${root}/${name}`, name, looker, buffers);
    if (performance.now() < until) continue;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + sliceMs;
  }
}

/** Looks at one file under a name of its own. */
export function lookAtFile(path: string, name: string, looker: Looker): void {
  lookAt(path, name, looker, { head: Buffer.allocUnsafe(4096), piece: Buffer.allocUnsafe(65_536) }, 0);
}

/** So long signals and the line that tells of progress may wait. */
const sliceMs = 20;
/** Each level takes a descriptor. */
const deepest = 256;

interface Level {
  readonly name: string;
  readonly dir: Dir;
}

interface Buffers {
  readonly head: Buffer;
  readonly piece: Buffer;
}

function openLevel(root: string, name: string, looker: Looker, points: ReadonlySet<string>): Level | null {
  const path = name === '' ? root : `${root}/${name}`;
  if (name !== '' && points.has(path) && !isLocal(recentMountOf(path))) {
    looker.unread(
      name,
      'another file system is mounted there, which may not answer; name it itself to have it read',
    );
    return null;
  }
  try {
    // latin1: a character for each byte.
    return { name, dir: opendirSync(bytes(path), { encoding: 'latin1', bufferSize: 128 }) };
  } catch (error) {
    looker.unread(name, errnoOf(error));
    return null;
  }
}

function tooDeep(name: string, looker: Looker): null {
  looker.unread(name, `more than ${deepest} directories lie in each other`);
  return null;
}

function next(level: Level, looker: Looker): ReturnType<Dir['readSync']> {
  try {
    return level.dir.readSync();
  } catch (error) {
    looker.unread(level.name, errnoOf(error));
    return null;
  }
}

function lookAt(
  path: string,
  name: string,
  looker: Looker,
  { head, piece }: Buffers,
  follow: number = constants.O_NOFOLLOW,
): void {
  let fd: number | null = null;
  try {
    // O_NONBLOCK: what was a file a moment ago may be a FIFO now.
    fd = openSync(bytes(path), constants.O_RDONLY | constants.O_NONBLOCK | follow);
    const at = fd;
    const { mode, size } = fstatSync(at);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return;
    const first = head.subarray(0, readSync(at, head, 0, head.length, 0));
    const binary = identify(first, { size, depth: 'platform' }, ({ offset, length }) => {
      const into = Buffer.allocUnsafe(length);
      return into.subarray(0, readSync(at, into, 0, length, offset));
    });
    const sha256 = looker.wantsSum(name) ? sumOf(at, piece) : null;
    looker.file({ name, executable: (mode & 0o111) !== 0, size, binary, sha256 });
  } catch (error) {
    looker.unread(name, errnoOf(error));
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function sumOf(fd: number, piece: Buffer): string {
  const hash = createHash('sha256');
  for (let at = 0; ; ) {
    const count = readSync(fd, piece, 0, piece.length, at);
    if (count === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, count));
    at += count;
  }
}

function bytes(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}
