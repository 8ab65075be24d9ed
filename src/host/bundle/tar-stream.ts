import { blockSize, paddingOf, readMember, type TarMember } from '../../core/bundle/tar-block.ts';
import type { Chunks } from './chunks.ts';
import { BundleFault } from './fault.ts';

/** Called for each file; what it leaves of the content is read over. */
export type VisitFile = (member: TarMember, content: Chunks) => Promise<void>;

/** How much a bundle may have. */
export interface Limits {
  readonly members: number;
  /** Bytes of all that is read, decompressed. */
  readonly bytes: number;
}

/**
 * Reads a tar file to its last byte, strictly: files and directories only, every content complete. Whoever sees links, devices or names
 * in extended headers has no bundle before him. `chunks` end with the archive.
 */
export async function readTarStrictly(chunks: Chunks, limits: Limits, visit: VisitFile): Promise<void> {
  const reader = readerOf(chunks, limits.bytes);
  for (let count = 0; ; count += 1) {
    if (count > limits.members) throw new BundleFault(`it has more than ${limits.members} members`);
    const block = await reader.take(blockSize);
    if (block.length === 0)
      throw new BundleFault('it ends without the blocks that end an archive: a part is missing');
    if (block.length < blockSize) throw new BundleFault('it ends within a header: a part is missing');
    const member = readMember(block);
    if (typeof member === 'string') throw new BundleFault(member);
    if (member === null) break;
    if (member.kind === 'other') throw new BundleFault(`${member.name} is neither file nor directory`);
    reader.begin(member.size);
    const content = reader.content();
    if (member.kind === 'extension') await checkExtension(member, content);
    else if (member.kind === 'directory' && member.size > 0)
      throw new BundleFault(`the directory ${member.name} has a content`);
    else if (member.kind === 'file') await visit(member, content);
    for await (const _ of reader.content());
    if (reader.left() > 0) throw new BundleFault(`it ends within ${member.name}: a part is missing`);
    await reader.take(paddingOf(member.size));
  }
  // Whoever sums up what he reads needs all of it.
  for await (const piece of reader.rest())
    if (piece.some((byte) => byte !== 0)) throw new BundleFault('something stands behind its end');
}

const mostExtension = 64 * 1024;

/** Tools write times and owners there, which nobody asks for. A name or a size would make another member of the next one. */
async function checkExtension({ size }: TarMember, content: Chunks): Promise<void> {
  if (size > mostExtension) throw new BundleFault('an extended header is too large');
  let text = '';
  for await (const piece of content) text += Buffer.from(piece).toString('latin1');
  if (/(^|\n)\d+ (path|linkpath|size|GNU\.|SCHILY\.realsize)/.test(text))
    throw new BundleFault('an extended header gives a member another name or size');
}

/** Cuts a stream of pieces to what is asked for. */
function readerOf(chunks: Chunks, mostBytes: number) {
  let rest: Uint8Array = new Uint8Array();
  let given = 0;
  let left = 0;
  const more = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const next = await chunks.next();
      if (next.done === true) return false;
      rest = next.value;
      given += rest.length;
      if (given > mostBytes) throw new BundleFault(`it has more than ${mostBytes} bytes`);
    }
    return true;
  };
  const cut = (length: number): Uint8Array => {
    const piece = rest.subarray(0, length);
    rest = rest.subarray(piece.length);
    return piece;
  };
  return {
    left: () => left,
    async take(length: number): Promise<Uint8Array> {
      if (rest.length >= length) return cut(length);
      const whole = new Uint8Array(length);
      let have = 0;
      while (have < length && (await more())) {
        const piece = cut(length - have);
        whole.set(piece, have);
        have += piece.length;
      }
      return whole.subarray(0, have);
    },
    begin(size: number): void {
      left = size;
    },
    async *content(): Chunks {
      while (left > 0 && (await more())) {
        const piece = cut(left);
        left -= piece.length;
        yield piece;
      }
    },
    async *rest(): Chunks {
      while (await more()) yield cut(rest.length);
    },
  };
}
