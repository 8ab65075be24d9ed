import { constants, read } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { errnoOf } from '../system/errno.ts';
import { BundleFault } from './fault.ts';

/** Bytes in order; each piece is to be used before the next is asked for. */
export type Chunks = AsyncGenerator<Uint8Array>;

const pieceSize = 256 * 1024;

/** An open file from its beginning, in one buffer that is used again and again. */
export async function* chunksOfFile(file: FileHandle): Chunks {
  const buffer = new Uint8Array(pieceSize);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, pieceSize, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Standard input; a pipe that somebody else made non-blocking is asked again. */
export async function* chunksOfStdin(): Chunks {
  const buffer = new Uint8Array(pieceSize);
  for (;;) {
    const count = await readSome(buffer);
    if (count === 0) return;
    if (count > 0) yield buffer.subarray(0, count);
    else await pause(5);
  }
}

/** -1 where there is nothing yet. */
function readSome(buffer: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    read(0, buffer, 0, buffer.length, null, (error, count) => {
      if (error === null) resolve(count);
      else if (errnoOf(error) === 'EAGAIN') resolve(-1);
      else if (errnoOf(error) === 'EOF') resolve(0);
      else reject(error);
    });
  });
}

/** Opens a file that is read once: without waiting for the writer of a FIFO. */
export function openOnce(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK);
}

type Decompressor = import('node:stream').Transform;

/** Decompresses what is gzip or zstd by its first bytes; of everything else nothing is changed. */
export async function* plainChunks(chunks: Chunks): Chunks {
  const first = await chunks.next();
  if (first.done === true) return;
  const make = decompressorFor(first.value);
  if (make === null) {
    yield first.value;
    yield* chunks;
    return;
  }
  const unpack = make();
  const fed = feed(unpack, first.value, chunks);
  try {
    yield* unpack as AsyncIterable<Uint8Array>;
    await fed;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (
      !(error instanceof BundleFault) &&
      (code?.startsWith('Z_') || code?.startsWith('ERR_Z') || code?.startsWith('ZSTD'))
    )
      throw new BundleFault(`its compressed data are damaged or end too early (${code})`);
    throw error;
  } finally {
    unpack.destroy();
  }
}

async function feed(unpack: Decompressor, first: Uint8Array, rest: Chunks): Promise<void> {
  let giveUp = (): void => {};
  unpack.once('close', () => giveUp());
  // Waits until all of it is worked up, since the buffer is filled again then; false where nobody wants more.
  const push = (bytes: Uint8Array): Promise<boolean> =>
    new Promise((resolve) => {
      if (unpack.destroyed) return resolve(false);
      giveUp = () => resolve(false);
      unpack.write(bytes, (error) => resolve(!error));
    });
  try {
    if (!(await push(first))) return;
    for await (const chunk of rest) if (!(await push(chunk))) return;
    unpack.end();
  } catch (error) {
    unpack.destroy(error as Error);
  }
}

function decompressorFor(head: Uint8Array): (() => Decompressor) | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return () => zlib.createGunzip();
  if (head[0] !== 0x28 || head[1] !== 0xb5 || head[2] !== 0x2f || head[3] !== 0xfd) return null;
  // Node has it since 22.15.
  const { createZstdDecompress: create } = zlib as { createZstdDecompress?: () => Decompressor };
  if (create === undefined)
    throw new BundleFault('it is compressed by zstd, which this Node cannot read: zstd -d FILE');
  return create;
}
