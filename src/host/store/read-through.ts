import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { type EmulatorText, scanEmulator } from '../../core/store/emulator-text.ts';
import { failure } from '../system/errno.ts';
import { reach } from '../system/reach.ts';
import { hashOf } from './hashed-copy.ts';

/** A file as it was read from its first byte to its last. */
export interface ReadFile {
  readonly ok: true;
  /** Without symlinks. */
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** When this inode was made, Unix milliseconds; 0 where the file system does not say. */
  readonly bornMs: number;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** What it says of itself, where it is QEMU. */
  readonly emulator: EmulatorText | null;
}

/** Reads a program without running it. */
export async function readThrough(
  path: string,
): Promise<ReadFile | { readonly ok: false; readonly why: string }> {
  const reached = await reach(path, 2000);
  if (!reached.ok) return { ok: false, why: reached.message };
  try {
    const real = await realpath(path);
    const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const found = await file.stat();
      const { dev, ino, size, birthtimeMs: bornMs } = found;
      if (!found.isFile()) return { ok: false, why: `${path} is no regular file` };
      if (size > mostBytes)
        return { ok: false, why: `${path} is larger than ${mostBytes} bytes, and was not read` };
      const scan = scanEmulator();
      const sha256 = await hashOf(file, (chunk) => scan.push(chunk));
      return { ok: true, path: real, dev, ino, bornMs, size, sha256, emulator: scan.found() };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { ok: false, why: failure('read it', error).message };
  }
}

/** More than any emulator. */
const mostBytes = 1024 ** 3;
