import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { runChild } from '../system/child.ts';
import { errnoOf } from '../system/errno.ts';

/** The program that a process runs: the link alone is read, which never touches the file system that it lies on. */
export type Program =
  | { readonly kind: 'file'; readonly path: string }
  /** It has ended, or is a thread of the kernel. */
  | { readonly kind: 'none' }
  /** Of another user, or of one with more rights than ours. */
  | { readonly kind: 'hidden' };

/** Reads the link /proc/PID/exe; `directory` is that of the process. */
export function programOf(directory: string): Program {
  try {
    return { kind: 'file', path: readlinkSync(`${directory}/exe`, 'latin1') };
  } catch (error) {
    return ['ENOENT', 'ESRCH'].includes(errnoOf(error)) ? { kind: 'none' } : { kind: 'hidden' };
  }
}

/** One of its files as a byte string, not more than 64 KiB; null where it has ended or that may not be read. */
export function readSmall(path: string): string | null {
  let fd: number | null = null;
  try {
    fd = openSync(path, 'r');
    let text = '';
    for (let size = readSync(fd, buffer); size > 0 && text.length < mostBytes; size = readSync(fd, buffer))
      text += buffer.toString('latin1', 0, size);
    return text;
  } catch {
    return null;
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

const mostBytes = 64 * 1024;
const buffer = Buffer.allocUnsafe(4096);

/** The same as bytes. */
export function readBytes(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/**
 * Reads a file that the kernel makes from the memory of the process. One that waits for a device may hold the lock of
 * its memory (`D`), and whoever reads then waits as long: that is for a child, which can be killed.
 */
export async function readMemoryFile(path: string, state: string): Promise<string | null> {
  if (state !== 'D') return readSmall(path);
  const { status, stdout } = await runChild('head', ['-c', '4096', path], { timeoutMs: 300 });
  return status === 0 ? bytesOf(stdout) : null;
}
