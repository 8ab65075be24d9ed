import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { programHeaders, readElfHeader } from '../../core/kernel/elf.ts';
import { headerSize } from '../../core/kernel/registration.ts';

/** What a program says of itself at its beginning. */
export interface Head {
  /** As much as the kernel shows to entries. */
  readonly bytes: Uint8Array;
  /** The ELF loader that it asks for, a byte string; null where it needs none, or that is not known. */
  readonly loader: string | null;
}

/** Reads it from a regular file that is known to answer; null where it cannot be read. */
export function readHead(path: string): Head | null {
  let fd: number | null = null;
  try {
    // O_NONBLOCK: what was a file a moment ago may be a FIFO now, which would wait for its writer.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    fd = openSync(Buffer.from(path, 'latin1'), flags);
    if (!fstatSync(fd).isFile()) return null;
    const buffer = new Uint8Array(4096);
    const first = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0));
    return { bytes: first.slice(0, headerSize), loader: loaderOf(fd, first) };
  } catch {
    return null;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** The path of what must run it: the `#!` interpreter, or its ELF loader. */
export function asksOf({ bytes, loader }: Head): string | null {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return loader;
  const line = Buffer.from(bytes.subarray(2)).toString('latin1').split('\n')[0] ?? '';
  // As binfmt_script reads it: blanks around, the first word.
  return /^[ \t]*([^ \t\0]+)/.exec(line)?.[1] ?? null;
}

/** PT_INTERP. */
function loaderOf(fd: number, first: Uint8Array): string | null {
  const header = readElfHeader(first);
  const segment = header && programHeaders(first, header)?.find(({ type }) => type === ptInterp);
  if (!segment || segment.fileSize < 2 || segment.fileSize > 4096) return null;
  const buffer = new Uint8Array(segment.fileSize);
  const size = readSync(fd, buffer, 0, buffer.length, segment.offset);
  const path = Buffer.from(buffer.subarray(0, size)).toString('latin1').replace(/\0.*$/s, '');
  return path === '' ? null : path;
}

const ptInterp = 3;
