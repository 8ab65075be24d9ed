import { fstatSync, readSync } from 'node:fs';
import type { Binary } from '../../core/binary/binary.ts';
import type { Depth } from '../../core/binary/elf-binary.ts';
import { identify } from '../../core/binary/identify.ts';

/** A file that was identified: what it is, and the bytes that the kernel shows to entries. */
export interface Identified {
  readonly binary: Binary;
  readonly head: Uint8Array;
}

/** Tells what an open regular file is; whoever opens it sees to it that it is one and answers. */
export function identifyOpen(fd: number, depth: Depth): Identified {
  const { size } = fstatSync(fd);
  const first = piece(fd, 0, 4096);
  const binary = identify(first, { size, depth }, ({ offset, length }) => piece(fd, offset, length));
  return { binary, head: first.subarray(0, 256) };
}

function piece(fd: number, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
}
