import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { failure } from '../system/errno.ts';
import { reach } from '../system/reach.ts';

/** A regular file that stays open, and its first bytes. */
export interface OpenFile {
  readonly ok: true;
  readonly file: FileHandle;
  /** Bytes. */
  readonly size: number;
  readonly head: Uint8Array;
}

/** Opens a file to be read more than once, without waiting for a FIFO or a dead server. */
export async function openRegular(
  path: string,
): Promise<OpenFile | { readonly ok: false; readonly why: string }> {
  const reached = await reach(path, 2000);
  if (!reached.ok) return { ok: false, why: reached.message };
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { ok: false, why: failure(`open ${path}`, error).message };
  }
  const found = await file.stat();
  if (!found.isFile()) {
    await file.close();
    return { ok: false, why: `${path} is no regular file` };
  }
  const { buffer, bytesRead } = await file.read(new Uint8Array(4096), 0, 4096, 0);
  return { ok: true, file, size: found.size, head: buffer.subarray(0, bytesRead) };
}
