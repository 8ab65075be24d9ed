import { ArchiveFault } from './fault.ts';

/** One header block of a tar file (POSIX ustar, GNU, and what came before), as it stands there. */
export interface TarHeader {
  /** A byte string. */
  readonly name: string;
  readonly link: string;
  readonly mode: number;
  /** Of what follows in the archive. */
  readonly size: number;
  readonly type: string;
  /** GNU's sparse map where it begins in the header. */
  readonly sparse: GnuSparse | null;
}

export interface GnuSparse {
  readonly extents: readonly Extent[];
  /** Another block of them follows. */
  readonly extended: boolean;
  readonly realSize: number;
}

/** A piece of a sparse file that is not a hole. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

export const blockSize = 512;

/** Reads a block; null for one of NUL bytes, which ends the archive. Throws where its sum is wrong. */
export function readTarHeader(block: Uint8Array, where: number): TarHeader | null {
  if (block.every((byte) => byte === 0)) return null;
  const written = octal(block, 148, 8);
  if (written === null || !sums(block).includes(written))
    throw new ArchiveFault('damaged', `no tar header stands at byte ${where}`);
  const type = String.fromCharCode(block[156] ?? 0);
  const prefix = posix(block) ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    link: text(block, 157, 100),
    mode: octal(block, 100, 8) ?? 0,
    size: sizeOf(block, 124, 12, where),
    type,
    sparse: type === 'S' ? sparseOf(block, where) : null,
  };
}

/** A block that goes on with GNU's sparse map. */
export function readMoreSparse(block: Uint8Array, where: number): Pick<GnuSparse, 'extents' | 'extended'> {
  return { extents: extentsIn(block, 0, 21, where), extended: block[504] === 1 };
}

function sparseOf(block: Uint8Array, where: number): GnuSparse {
  return {
    extents: extentsIn(block, 386, 4, where),
    extended: block[482] === 1,
    realSize: sizeOf(block, 483, 12, where),
  };
}

function extentsIn(block: Uint8Array, from: number, count: number, where: number): readonly Extent[] {
  const extents: Extent[] = [];
  for (let i = 0, at = from; i < count && block[at] !== 0; i += 1, at += 24)
    extents.push({ offset: sizeOf(block, at, 12, where), length: sizeOf(block, at + 12, 12, where) });
  return extents;
}

/** POSIX' magic ends with a NUL, GNU's with blanks and has no prefix. */
function posix(block: Uint8Array): boolean {
  return text(block, 257, 6) === 'ustar' && block[262] === 0;
}

/** Some summed up signed bytes. */
function sums(block: Uint8Array): readonly number[] {
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let at = 0; at < blockSize; at += 1) {
    if (at >= 148 && at < 156) continue;
    const byte = block[at] ?? 0;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return [unsigned, signed];
}

/** Octal digits, or a big number in base 256. */
function sizeOf(block: Uint8Array, at: number, length: number, where: number): number {
  const first = block[at] ?? 0;
  let size = octal(block, at, length) ?? (text(block, at, length).trim() === '' ? 0 : -1);
  if (first & 0x80) {
    size = first & 0x7f;
    if (first & 0x40) size = -1;
    for (let i = 1; i < length && size >= 0; i += 1) size = size * 256 + (block[at + i] ?? 0);
  }
  if (size < 0 || size > Number.MAX_SAFE_INTEGER)
    throw new ArchiveFault('damaged', `the header at byte ${where} has no size that can be`);
  return size;
}

function octal(block: Uint8Array, at: number, length: number): number | null {
  const digits = /^[ \0]*([0-7]+)[ \0]?/.exec(latin1(block, at, length))?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 8);
}

function text(block: Uint8Array, at: number, length: number): string {
  const all = latin1(block, at, length);
  const end = all.indexOf('\0');
  return end < 0 ? all : all.slice(0, end);
}

function latin1(block: Uint8Array, at: number, length: number): string {
  return Buffer.from(block.buffer, block.byteOffset + at, length).toString('latin1');
}
