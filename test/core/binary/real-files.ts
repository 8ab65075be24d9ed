import { readFileSync } from 'node:fs';
import type { Binary } from '../../../src/core/binary/binary.ts';
import { identify } from '../../../src/core/binary/identify.ts';
import type { Range } from '../../../src/core/binary/reading.ts';

/** What readelf says of an ELF file. */
export interface Truth {
  readonly class: 32 | 64;
  readonly data: 'little' | 'big';
  readonly machine: string;
  readonly osabi: string;
  readonly type: string;
  readonly flags: string;
  readonly loader: string | null;
  readonly needed: readonly string[];
  readonly soname: string | null;
  readonly pie: boolean;
  readonly isa: string | null;
  readonly kernel: string | null;
}

/** A program of a package: its first bytes, and the pieces that are read to tell what it is. */
export interface RealFile {
  /** Package, version and architecture. */
  readonly from: string;
  readonly name: string;
  readonly size: number;
  readonly head: Uint8Array;
  readonly pieces: ReadonlyMap<number, Uint8Array>;
  readonly truth: Truth | null;
}

/** Made by scripts/generate/binary-fixtures.ts. */
export const realFiles: readonly RealFile[] = (
  JSON.parse(
    readFileSync(new URL('../../fixtures/binaries.json', import.meta.url), 'utf8'),
  ) as readonly (Omit<RealFile, 'head' | 'pieces'> & {
    readonly head: string;
    readonly pieces: readonly [number, string][];
  })[]
).map((one) => ({
  ...one,
  head: new Uint8Array(Buffer.from(one.head, 'base64')),
  pieces: new Map(
    one.pieces.map(([offset, bytes]) => [offset, new Uint8Array(Buffer.from(bytes, 'base64'))]),
  ),
}));

/** What it is found to be, from the bytes that are kept of it. */
export function identified({ head, size, pieces }: RealFile): Binary {
  return identify(head, { size }, ({ offset, length }: Range) => {
    const piece = pieces.get(offset);
    if (piece === undefined) throw new Error(`${length} bytes at ${offset} are not kept`);
    return piece.subarray(0, length);
  });
}
