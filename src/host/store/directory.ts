import { statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import { makeDirectories } from '../files/directories.ts';
import { judgePath, untrusted } from '../files/trust.ts';
import { errnoOf, failure } from '../system/errno.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { noexecMount } from '../system/noexec.ts';

/** Why the store cannot be used, or one file in it cannot be written. */
export interface StoreFault {
  readonly ok: false;
  readonly code:
    | 'store-full'
    | 'store-read-only'
    | 'store-denied'
    | 'store-untrusted'
    | 'store-noexec'
    | 'store-source'
    | 'store-failed';
  readonly message: string;
  /** What its remedy names, as byte strings. */
  readonly values: Readonly<Record<string, string>>;
}

/** Makes the store's directory, 0755 whatever the umask, and refuses one in which others could exchange files. */
export async function prepareDirectory(dir: string): Promise<StoreFault | null> {
  const found = await inspectDirectory(dir);
  if (found !== 'absent') return found;
  try {
    await makeDirectories(dir);
  } catch (error) {
    return writeFault(`prepare ${dir}`, error);
  }
  const made = await inspectDirectory(dir);
  return made === 'absent' ? fault('store-failed', `${dir} leads nowhere`) : made;
}

/** Whether only we decide what lies in the store, and what is there may be executed; `absent` where it is not made yet. */
export async function inspectDirectory(dir: string): Promise<StoreFault | 'absent' | null> {
  const judged = await judgePath(dir);
  if (!judged.ok) {
    if (judged.code === 'ENOENT') return 'absent';
    if (judged.code === untrusted)
      return fault('store-untrusted', `store ${dir} cannot be trusted: ${judged.message}`);
    return fault(codes[judged.code] ?? 'store-failed', judged.message);
  }
  if (!judged.found.isDirectory()) return fault('store-failed', `${dir} is not a directory`);
  const point = noexecMount(judged.path);
  return point === null
    ? null
    : fault('store-noexec', `store ${dir} lies on ${textOf(point)}, which is mounted noexec`, {
        MOUNTPOINT: point,
      });
}

/**
 * What a deployment of so many bytes would meet, found without making anything. Whether it may be written at all is not
 * told: whoever looks may have other rights than who deploys.
 */
export async function foreseeDirectory(dir: string, bytes: number): Promise<StoreFault | null> {
  for (let at = dir; ; at = dirname(at)) {
    const found = await inspectDirectory(at);
    if (found === 'absent' && at !== '/') continue;
    if (found !== null && found !== 'absent') return found;
    const mount = recentMountOf(bytesOf(at));
    if (mount?.options.includes('ro'))
      return fault('store-read-only', `${dir} lies on ${mount.mountPoint}, which is mounted read-only`);
    try {
      return await lacksSpace(at, bytes);
    } catch (error) {
      return writeFault(`look at ${at}`, error);
    }
  }
}

/** Asks for the space before it is used: a file system filled to the last block harms everybody on the node. */
export async function lacksSpace(dir: string, bytes: number): Promise<StoreFault | null> {
  const { bavail, bsize, files, ffree } = await statfs(dir);
  const free = bavail * bsize;
  if (free < bytes) {
    return fault('store-full', `${dir} has ${mebibytes(free)} free, ${mebibytes(bytes)} are needed`);
  }
  return files > 0 && ffree === 0 ? fault('store-full', `${dir} has no free inode`) : null;
}

/** Names the cause of a failed write in the store. */
export function writeFault(doing: string, error: unknown): StoreFault {
  return fault(codes[errnoOf(error)] ?? 'store-failed', failure(doing, error).message);
}

const codes: Readonly<Partial<Record<string, StoreFault['code']>>> = {
  ENOSPC: 'store-full',
  EDQUOT: 'store-full',
  EROFS: 'store-read-only',
  EACCES: 'store-denied',
  EPERM: 'store-denied',
};

/** A fault of the store as data. */
export function fault(
  code: StoreFault['code'],
  message: string,
  values: StoreFault['values'] = {},
): StoreFault {
  return { ok: false, code, message, values };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Whether a name is a file name and nothing more. */
export function isFileName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && basename(join('/', name)) === name;
}
