import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, unlink } from 'node:fs/promises';
import type { Labelling } from '../selinux/label.ts';

/** The SHA-256 of an open file, in hex, whose content `seen` gets piece by piece; throws errno errors. */
export function hashOf(source: FileHandle, seen: (chunk: Uint8Array) => void = () => {}): Promise<string> {
  return pump(source, async (chunk) => seen(chunk));
}

/**
 * Copies an open file into a new one, durable and with mode 0755, and returns the SHA-256 of what was written. Throws
 * errno errors; the new file is gone then.
 */
export async function copyHashed(
  source: FileHandle,
  temp: string,
  labelling: Labelling | null = null,
): Promise<string> {
  labelling?.create(temp, 0o600);
  const how = labelling === null ? constants.O_CREAT | constants.O_EXCL : constants.O_NOFOLLOW;
  const target = await open(temp, constants.O_WRONLY | how, 0o600);
  try {
    try {
      const sha256 = await pump(source, async (chunk, position) => {
        await writeAll(target, chunk, position);
      });
      await target.chmod(0o755);
      await target.sync();
      return sha256;
    } finally {
      // Before anything else: a file that is open for writing cannot be pinned (ETXTBSY).
      await target.close();
    }
  } catch (error) {
    await unlink(temp).catch(() => {});
    throw error;
  }
}

/** A quarter of a MiB is hashed in well below a millisecond: the loop stays free between two chunks. */
const chunkBytes = 256 * 1024;
/** A source that stops answering while it is read; its thread is lost, the store is not. */
const stalledMs = 30_000;

async function pump(
  source: FileHandle,
  take: (chunk: Uint8Array, position: number) => Promise<void>,
): Promise<string> {
  // Loaded where something is hashed: a warm start hashes nothing.
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  const buffer = new Uint8Array(chunkBytes);
  for (let position = 0; ; ) {
    const { bytesRead } = await limited(source.read(buffer, 0, chunkBytes, position));
    if (bytesRead === 0) return hash.digest('hex');
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await take(chunk, position);
    position += bytesRead;
  }
}

async function limited<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error(`no byte within ${stalledMs} ms`), { code: 'ETIMEDOUT' });
    timer = setTimeout(reject, stalledMs, error);
  });
  try {
    return await Promise.race([reading, stalled]);
  } finally {
    clearTimeout(timer);
  }
}

async function writeAll(target: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await target.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}
