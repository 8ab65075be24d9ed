import { ArchiveFault } from './fault.ts';
import { type Content, type Member, placeOf } from './member.ts';
import { numberIn, type Pax, readPax } from './pax.ts';
import type { Source } from './source.ts';
import { plainContent, sparseContent } from './tar-content.ts';
import { blockSize, readTarHeader, type TarHeader } from './tar-header.ts';
import { sparseOf } from './tar-sparse.ts';

/** Called for each member in turn; a promise is waited for. `start` is where its content begins in the archive. */
export type Visit = (member: Member, content: Content, start: number) => Promise<unknown> | unknown;

/**
 * Reads a tar file to its end: what a hostile one says is bounded before it is believed, nothing is unpacked, and memory
 * does not grow with members. Throws ArchiveFault where it cannot go on. `visit` may return false to end it.
 */
export async function readTar(source: Source, visit: Visit): Promise<void> {
  let global: Pax = new Map();
  let next: Next = none;
  for (;;) {
    const where = source.position();
    const block = await source.take(blockSize);
    if (block.length === 0) return;
    if (block.length < blockSize)
      throw new ArchiveFault('truncated', `it ends in a header, at byte ${where}`);
    const header = readTarHeader(block, where);
    if (header === null) return;
    if (header.type in longNames) {
      const value = latin1(await extension(source, header, where)).replace(/\0.*$/s, '');
      next = { ...next, [longNames[header.type as 'L' | 'K']]: value };
    } else if (header.type === 'x')
      next = { ...next, pax: readPax(await extension(source, header, where), where) };
    else if (header.type === 'g') global = readPax(await extension(source, header, where), where);
    else {
      const pax = next.pax.size === 0 ? global : new Map([...global, ...next.pax]);
      const goOn = await memberAt(source, header, { ...next, pax }, where, visit);
      if (goOn === false) return;
      next = none;
    }
  }
}

/** What comes before a header and speaks of it. */
interface Next {
  readonly name: string | null;
  readonly link: string | null;
  readonly pax: Pax;
}

const none: Next = { name: null, link: null, pax: new Map() };
const longNames = { L: 'name', K: 'link' } as const;
/** Names have 4096 bytes at most; attributes and sparse maps take more. */
const mostExtension = 1024 * 1024;

async function memberAt(
  source: Source,
  header: TarHeader,
  { name, link, pax }: Next,
  where: number,
  visit: Visit,
): Promise<unknown> {
  const kind = kindOf(header);
  const stored = kind === 'file' ? (numberIn(pax, 'size', where) ?? header.size) : sizeBehind(header);
  const start = source.position();
  const end = start + stored;
  if (!Number.isSafeInteger(end))
    throw new ArchiveFault('damaged', `the member at byte ${where} is too large`);
  const sparse = kind === 'file' ? await sparseOf(source, header, pax, where) : null;
  const dataEnd = sparse === null || header.sparse === null ? end : source.position() + stored;
  const content =
    sparse === null
      ? plainContent(source, kind === 'file' ? stored : 0)
      : sparseContent(source, sparse.extents, sparse.size, dataEnd - source.position());
  const member: Member = {
    name: placeOf(pax.get('GNU.sparse.name') ?? pax.get('path') ?? name ?? header.name),
    kind,
    target: pax.get('linkpath') ?? link ?? header.link,
    mode: header.mode,
    size: sparse?.size ?? (kind === 'file' ? stored : 0),
  };
  const goOn = await visit(member, content, start);
  if (goOn === false) return false;
  const padded = dataEnd + ((blockSize - (stored % blockSize)) % blockSize);
  await source.skip(padded - source.position());
  if (source.position() < padded) throw new ArchiveFault('truncated', `it ends within ${member.name}`);
  return true;
}

function kindOf({ type, name }: TarHeader): Member['kind'] {
  switch (type) {
    case '0':
    case '7':
    case 'S':
      return 'file';
    case '\0':
      return name.endsWith('/') ? 'directory' : 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '5':
      return 'directory';
    default:
      return 'other';
  }
}

/** Links and devices have no content whatever their size says; a letter that nobody knows has. */
function sizeBehind({ type, size }: TarHeader): number {
  return '123456'.includes(type) || type === '\0' ? 0 : size;
}

async function extension(source: Source, { size }: TarHeader, where: number): Promise<Uint8Array> {
  if (size > mostExtension)
    throw new ArchiveFault('too-much', `the extended header at byte ${where} has ${size} bytes`);
  const bytes = await source.take(size);
  if (bytes.length < size) throw new ArchiveFault('truncated', `it ends in a header, at byte ${where}`);
  const copy = bytes.slice();
  const padding = (blockSize - (size % blockSize)) % blockSize;
  const end = source.position() + padding;
  await source.skip(padding);
  if (source.position() < end) throw new ArchiveFault('truncated', `it ends in a header, at byte ${where}`);
  return copy;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
