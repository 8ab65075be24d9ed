import { createReadStream } from 'node:fs';
import * as zlib from 'node:zlib';
import { packedOrCode } from '../../core/binary/packed.ts';
import { ArchiveFault } from './fault.ts';
import { partOfFile, type Source, streamed } from './source.ts';

/** A piece of an open file that may be compressed. */
export interface Piece {
  readonly fd: number;
  readonly start: number;
  /** The first byte behind it. */
  readonly end: number;
}

/** Reads what is in it, decompressed where it is gzip or zstd. Throws ArchiveFault where it is something else that is packed. */
export function openPiece({ fd, start, end }: Piece): Source {
  const whole = partOfFile(fd, start, end);
  const head = whole.at?.(0, 512) ?? new Uint8Array();
  const make = decompressorFor(head);
  if (make === null) return whole;
  if (end <= start) return whole;
  const file = createReadStream('', { fd, start, end: end - 1, autoClose: false, highWaterMark: 65_536 });
  return decompressed(file, make());
}

/** The same of a stream whose beginning was taken already. */
export function openStream(head: Uint8Array, chunks: AsyncIterable<Uint8Array>): Source {
  const make = decompressorFor(head);
  return make === null ? streamed(chunks, () => {}) : decompressed(chunks, make());
}

type Decompressor = import('node:stream').Transform;

/** Null for what is not compressed. */
function decompressorFor(head: Uint8Array): (() => Decompressor) | null {
  const what = packedOrCode(head);
  if (what?.kind !== 'packed') return null;
  if (what.format === 'gzip') return () => zlib.createGunzip();
  if (what.format === 'zstd') return createZstd;
  if (what.format === 'xz' || what.format === 'bzip2' || what.format === 'lz4')
    throw new ArchiveFault(
      'compression',
      `it is compressed by ${what.format}, which is not read here; decompress it first: ${what.format} -dc FILE | binfmt-keeper explain --require PLATFORM -`,
    );
  return null;
}

/** Node has it since 22.15 and 23.8; its types are those of 20. */
function createZstd(): Decompressor {
  const { createZstdDecompress: create } = zlib as { createZstdDecompress?: () => Decompressor };
  if (create === undefined)
    throw new ArchiveFault(
      'compression',
      `it is compressed by zstd, which Node reads since 22.15, and this is ${process.version}; decompress it first: zstd -dc FILE | binfmt-keeper explain --require PLATFORM -`,
    );
  return create();
}

/** Below, any ratio is believed: it takes a moment. */
const harmless = 1024 ** 3;
/** Images of disks have long runs of zeros; gzip cannot make more than 1032 of one. */
const likelyRatio = 300;

function decompressed(compressed: AsyncIterable<Uint8Array>, unpack: Decompressor): Source {
  let taken = 0;
  let given = 0;
  let ended = false;
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of compressed) {
        if (ended) return;
        taken += chunk.length;
        if (!unpack.write(chunk)) await drained(unpack);
      }
      unpack.end();
    } catch (error) {
      unpack.destroy(error as Error);
    }
  };
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    void feed();
    try {
      for await (const chunk of unpack as AsyncIterable<Uint8Array>) {
        given += chunk.length;
        if (given > harmless && given > taken * likelyRatio)
          throw new ArchiveFault('too-much', `${taken} bytes of it make more than ${given}: it is a bomb`);
        yield chunk;
      }
    } catch (error) {
      throw faultOf(error);
    }
  };
  return streamed(chunks(), () => {
    ended = true;
    unpack.destroy();
  });
}

/** It may be closed while it is full. */
function drained(unpack: Decompressor): Promise<void> {
  return new Promise((resolve) => {
    if (unpack.destroyed) return resolve();
    const done = (): void => {
      unpack.off('drain', done).off('close', done);
      resolve();
    };
    unpack.on('drain', done).on('close', done);
  });
}

function faultOf(error: unknown): Error {
  if (error instanceof ArchiveFault) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR' || /unexpected end/.test(message))
    return new ArchiveFault('truncated', 'its compressed data end too early');
  return new ArchiveFault('damaged', `its compressed data are damaged: ${message}`);
}
