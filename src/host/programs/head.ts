import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { readScript } from '../../core/binary/script.ts';
import { identifyOpen } from './identified.ts';

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
    const { head, binary } = identifyOpen(fd, 'platform');
    return { bytes: new Uint8Array(head), loader: binary.kind === 'elf' ? binary.loader : null };
  } catch {
    return null;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** The path of what must run it: the `#!` interpreter, or its ELF loader. */
export function asksOf({ bytes, loader }: Head): string | null {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return loader;
  return readScript(bytes).interpreter || null;
}
