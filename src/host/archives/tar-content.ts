import type { Content } from './member.ts';
import type { Source } from './source.ts';
import type { Extent } from './tar-header.ts';

const pieceSize = 65_536;

/** The content that comes next in the archive. */
export function plainContent(source: Source, size: number): Content {
  const start = source.position();
  let first: Uint8Array = new Uint8Array();
  return {
    async head(length) {
      first = (await source.take(Math.min(length, size))).slice();
      return first;
    },
    at(offset, length) {
      const wanted = Math.min(length, Math.max(0, size - offset));
      return source.at?.(start + offset, wanted) ?? first.subarray(offset, offset + wanted);
    },
    async *pieces() {
      if (first.length > 0) yield first;
      for (let left = start + size - source.position(); left > 0; ) {
        const piece = await source.take(Math.min(left, pieceSize));
        if (piece.length === 0) return;
        left -= piece.length;
        yield piece;
      }
    },
  };
}

/** Content that was read already. */
export function readContent(bytes: Uint8Array): Content {
  return {
    head: async (length) => bytes.subarray(0, length),
    at: (offset, length) => bytes.subarray(offset, offset + length),
    async *pieces() {
      yield bytes;
    },
  };
}

/** Its holes are NUL bytes; of `stored` bytes in the archive. */
export function sparseContent(
  source: Source,
  extents: readonly Extent[],
  size: number,
  stored: number,
): Content {
  const pieces = sparsePieces(source, extents, size, stored);
  let first: Uint8Array = new Uint8Array();
  return {
    async head(length) {
      const parts: Uint8Array[] = [];
      for (let have = 0; have < Math.min(length, size); ) {
        const next = await pieces.next();
        if (next.done === true) break;
        parts.push(next.value.slice());
        have += next.value.length;
      }
      first = new Uint8Array(Buffer.concat(parts));
      return first.subarray(0, length);
    },
    at: (offset, length) => first.subarray(offset, offset + length),
    async *pieces() {
      if (first.length > 0) yield first;
      yield* pieces;
    },
  };
}

async function* sparsePieces(
  source: Source,
  extents: readonly Extent[],
  size: number,
  stored: number,
): AsyncGenerator<Uint8Array> {
  const zeros = new Uint8Array(pieceSize);
  const end = source.position() + stored;
  let at = 0;
  for (const { offset, length } of [...extents, { offset: size, length: 0 }]) {
    for (; at < offset; at += Math.min(pieceSize, offset - at)) yield zeros.subarray(0, offset - at);
    for (const until = offset + length; at < until; ) {
      const piece = await source.take(Math.min(until - at, pieceSize, end - source.position()));
      if (piece.length === 0) return;
      at += piece.length;
      yield piece;
    }
  }
}
