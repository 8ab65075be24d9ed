import { readSync } from 'node:fs';
import { ArchiveFault } from './fault.ts';

/** Bytes that are read once, from the first to the last. */
export interface Source {
  /** The next bytes; fewer only at the end. */
  take(length: number): Promise<Uint8Array> | Uint8Array;
  /** Leaves bytes out. */
  skip(length: number): Promise<void> | void;
  /** Bytes taken or left out so far. */
  position(): number;
  /** Bytes at any place, where that costs no reading of what lies between; null where it would. */
  readonly at: ((offset: number, length: number) => Uint8Array) | null;
  close(): void;
}

const bufferSize = 65_536;

/** A part of an open file, which stays open; `end` is the first byte behind it. */
export function partOfFile(fd: number, start: number, end: number): Source {
  let at = start;
  let buffer: Uint8Array = new Uint8Array();
  let bufferAt = start;
  const within = (offset: number, length: number): Uint8Array => {
    const place = start + offset;
    const bytes = new Uint8Array(Math.max(0, Math.min(length, end - place)));
    return bytes.subarray(0, fill(fd, bytes, place));
  };
  return {
    take(length) {
      const wanted = Math.max(0, Math.min(length, end - at));
      if (at < bufferAt || at + wanted > bufferAt + buffer.length) {
        buffer = within(at - start, Math.max(wanted, bufferSize));
        bufferAt = at;
      }
      const taken = buffer.subarray(at - bufferAt, at - bufferAt + wanted);
      at += taken.length;
      return taken;
    },
    skip(length) {
      at = Math.min(end, at + length);
    },
    position: () => at - start,
    at: within,
    close: () => {},
  };
}

function fill(fd: number, bytes: Uint8Array, place: number): number {
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(fd, bytes, filled, bytes.length - filled, place + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** Chunks as they come, as of a decompressor or a pipe. */
export function streamed(chunks: AsyncIterable<Uint8Array>, close: () => void): Source {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  let position = 0;
  const more = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const next = await iterator.next();
      if (next.done === true) return false;
      rest = next.value;
    }
    return true;
  };
  const cut = (length: number): Uint8Array => {
    const piece = rest.subarray(0, length);
    rest = rest.subarray(piece.length);
    position += piece.length;
    return piece;
  };
  return {
    take(length) {
      if (rest.length >= length) return cut(length);
      return gather(length, more, cut);
    },
    async skip(length) {
      let left = length;
      while (left > 0 && (await more())) left -= cut(left).length;
    },
    position: () => position,
    at: null,
    close,
  };
}

async function gather(
  length: number,
  more: () => Promise<boolean>,
  cut: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  if (length > 16 * 1024 * 1024) throw new ArchiveFault('too-much', `${length} bytes at once`);
  const pieces: Uint8Array[] = [];
  for (let left = length; left > 0 && (await more()); ) {
    const piece = cut(left);
    pieces.push(piece);
    left -= piece.length;
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : new Uint8Array(Buffer.concat(pieces));
}
