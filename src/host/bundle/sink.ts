import { constants } from 'node:fs';
import { open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory, temporaryBeside } from '../files/atomic-file.ts';

/** Where bytes go one after the other. */
export type Write = (bytes: Uint8Array) => Promise<void>;

/** Writes a file that appears whole under its name or not at all; throws errno errors and what `work` throws. */
export async function writeWhole(given: string, work: (write: Write) => Promise<void>): Promise<void> {
  const path = await replaceable(given);
  const temp = temporaryBeside(path);
  const file = await open(temp, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    try {
      await work(async (bytes) => {
        for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
      });
      // By fchmod: the mode given to open is narrowed by the umask.
      await file.chmod(0o644);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temp, path);
  } catch (error) {
    await unlink(temp).catch(() => {});
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** A link's target is replaced, not the link; and a device or a FIFO would be gone for everybody. */
async function replaceable(given: string): Promise<string> {
  const there = await stat(given).catch(() => null);
  if (there === null) return given;
  if (!there.isFile())
    throw Object.assign(new Error(`${given} is no regular file`), {
      code: there.isDirectory() ? 'EISDIR' : 'EINVAL',
    });
  return realpath(given);
}

/** The same to a stream, such as a pipe; waits where the reader is slower. */
export function writeTo(stream: NodeJS.WritableStream): Write {
  return (bytes) =>
    new Promise((resolve, reject) => {
      // Copied: the buffer is used again as soon as this resolves.
      stream.write(Buffer.from(bytes), (error) => (error ? reject(error) : resolve()));
    });
}
