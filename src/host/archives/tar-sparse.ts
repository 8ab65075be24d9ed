import { ArchiveFault } from './fault.ts';
import { extentsOf, numberIn, type Pax } from './pax.ts';
import type { Source } from './source.ts';
import { blockSize, type Extent, readMoreSparse, type TarHeader } from './tar-header.ts';

/** A file with holes: which pieces of it follow in the archive. */
export interface Sparse {
  readonly extents: readonly Extent[];
  /** With its holes. */
  readonly size: number;
}

/** Reads the map of a sparse file in any of GNU's four ways, up to where the content begins; null for a file without holes. */
export async function sparseOf(
  source: Source,
  header: TarHeader,
  pax: Pax,
  where: number,
): Promise<Sparse | null> {
  const size =
    header.sparse?.realSize ??
    numberIn(pax, 'GNU.sparse.realsize', where) ??
    numberIn(pax, 'GNU.sparse.size', where);
  if (size === null) return null;
  if (size > mostSparse)
    throw new ArchiveFault('too-much', `the sparse file at byte ${where} would have ${size} bytes`);
  const extents =
    header.sparse !== null
      ? await allExtents(source, header.sparse, where)
      : await paxExtents(source, pax, where);
  let last = 0;
  for (const { offset, length } of extents) {
    if (offset < last || offset + length > size)
      throw new ArchiveFault('damaged', `the sparse map at byte ${where} is not in order`);
    last = offset + length;
  }
  return { extents, size };
}

async function allExtents(
  source: Source,
  first: NonNullable<TarHeader['sparse']>,
  where: number,
): Promise<readonly Extent[]> {
  const extents = [...first.extents];
  for (let more = first.extended; more; ) {
    const block = await source.take(blockSize);
    if (block.length < blockSize) throw truncated(where);
    if (extents.length > mostExtents)
      throw new ArchiveFault('damaged', `the sparse map at byte ${where} does not end`);
    const read = readMoreSparse(block, where);
    extents.push(...read.extents);
    more = read.extended;
  }
  return extents;
}

/** Version 1.0 has the map in front of the content, padded to a block. */
async function paxExtents(source: Source, pax: Pax, where: number): Promise<readonly Extent[]> {
  if (pax.get('GNU.sparse.major') !== '1')
    return extentsOf(
      (pax.get('GNU.sparse.map') ?? '').split(',').filter((n) => n !== ''),
      where,
    );
  let text = '';
  for (;;) {
    const block = await source.take(blockSize);
    if (block.length < blockSize) throw truncated(where);
    text += Buffer.from(block).toString('latin1');
    const numbers = text.split('\n').slice(0, -1);
    const count = Number(numbers[0] ?? '0');
    if (!(count <= mostExtents) || text.length > mostMap)
      throw new ArchiveFault('damaged', `the sparse map at byte ${where} cannot be read`);
    if (numbers.length > 2 * count) return extentsOf(numbers.slice(1, 1 + 2 * count), where);
  }
}

const mostExtents = 100_000;
const mostMap = 4 * 1024 * 1024;
/** Longer content of holes is nobody's program. */
const mostSparse = 64 * 1024 ** 3;

function truncated(where: number): ArchiveFault {
  return new ArchiveFault('truncated', `it ends in the sparse map at byte ${where}`);
}
