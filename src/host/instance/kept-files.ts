import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { EntryId } from '../../core/kernel/entry.ts';
import { errnoOf } from '../system/errno.ts';
import type { RawEntry } from './instance.ts';

/** Entries read by way of descriptors that stay open, which takes two system calls in place of five. */
export interface KeptFiles {
  /** Reads an entry as it is now; null where there is none of that name. */
  read(name: string): RawEntry | null;
  /** The same, but `gone` where the one that was read before is: another may have its name. */
  glance(name: string): RawEntry | 'gone' | null;
  /** Lets go of every entry whose name is not among these. */
  only(names: readonly string[]): void;
}

interface Kept {
  readonly fd: number;
  readonly id: EntryId;
  raw: RawEntry | null;
  bytes: Buffer;
}

/** The register string ends at 1920 bytes, so today's entries fit in a page; the loop takes whatever comes. */
const buffer = Buffer.allocUnsafe(16 * 1024);

/**
 * A descriptor follows its entry, not the name: a deleted one still reads `enabled`, and its link count of 0 is what
 * tells. It is closed as soon as that is seen, since until then the kernel keeps the interpreter open as well. Kept
 * is what is read a second time, and `most` at most.
 */
export function createKeptFiles(pathOf: (name: string) => Buffer, most: number): KeptFiles {
  const files = new Map<string, Kept>();
  const met = new Set<string>();
  let listed = new Set<string>();

  const letGo = (name: string, kept: Kept): void => {
    files.delete(name);
    closeSync(kept.fd);
  };

  const open = (name: string, likely: boolean): RawEntry | null => {
    const fd = openEntry(pathOf(name), likely);
    if (fd === null) return null;
    try {
      const { dev, ino, ctimeMs } = fstatSync(fd);
      const kept: Kept = { fd, id: { dev, ino, ctimeMs }, raw: null, bytes: Buffer.alloc(0) };
      if (!met.has(name)) met.add(name);
      else if (files.size < most) files.set(name, kept);
      return readKept(kept);
    } finally {
      if (files.get(name)?.fd !== fd) closeSync(fd);
    }
  };

  const read = (name: string): RawEntry | null => {
    const kept = files.get(name);
    const likely = listed.delete(name);
    if (kept === undefined) return open(name, likely);
    if (fstatSync(kept.fd).nlink > 0) return readKept(kept);
    letGo(name, kept);
    return open(name, false);
  };

  return {
    read,
    glance(name) {
      const kept = files.get(name);
      if (kept === undefined) return read(name);
      return fstatSync(kept.fd).nlink > 0 ? readKept(kept) : 'gone';
    },
    only(names) {
      const there = new Set(names);
      for (const [name, kept] of files) if (!there.has(name)) letGo(name, kept);
      for (const name of met) if (!there.has(name)) met.delete(name);
      listed = there;
    },
  };
}

/**
 * The exception of a missing file costs 9 µs, and 60 µs after a pause; this is on the way of every heal. What was in
 * the last listing is most likely there.
 */
function openEntry(path: Buffer, likely: boolean): number | null {
  if (!likely && !existsSync(path)) return null;
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Bytes that were seen before give the same object, so that nothing is decoded or parsed twice. */
function readKept(kept: Kept): RawEntry {
  let length = readSync(kept.fd, buffer, 0, buffer.length, 0);
  let bytes = buffer.subarray(0, length);
  while (length === buffer.length) {
    // Copied before the buffer is read into again, on which what was read first would only be a view.
    const before = Buffer.from(bytes);
    length = readSync(kept.fd, buffer, 0, buffer.length, before.length);
    bytes = Buffer.concat([before, buffer.subarray(0, length)]);
  }
  if (kept.raw !== null && kept.bytes.equals(bytes)) return kept.raw;
  kept.bytes = Buffer.from(bytes);
  kept.raw = { text: bytes.toString('latin1'), id: kept.id };
  return kept.raw;
}
