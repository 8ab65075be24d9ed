import { lstat, realpath, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeDirectories } from './directories.ts';
import { errnoOf, failure } from './errno.ts';
import { noexecMount } from './noexec.ts';
import { distrustFile, distrustParents } from './trust.ts';

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
}

/** Makes the store's directory, 0755 whatever the umask, and refuses one in which others could exchange files. */
export async function prepareDirectory(dir: string): Promise<StoreFault | null> {
  try {
    await makeDirectories(dir);
    const link = await lstat(dir);
    const found = await stat(dir);
    if (!found.isDirectory()) return fault('store-failed', `${dir} is not a directory`);
    // A symlink's own mode says 0777 and means nothing.
    const owner = link.isSymbolicLink() ? distrustFile(dir, { uid: link.uid, mode: 0 }) : null;
    const real = await realpath(dir);
    const why = owner ?? distrustFile(real, found) ?? distrustParents(dir) ?? distrustParents(real);
    if (why !== null) return fault('store-untrusted', `store ${dir} cannot be trusted: ${why}`);
    const point = noexecMount(real);
    return point === null
      ? null
      : fault('store-noexec', `store ${dir} lies on ${point}, which is mounted noexec`);
  } catch (error) {
    return writeFault(`prepare ${dir}`, error);
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
export function fault(code: StoreFault['code'], message: string): StoreFault {
  return { ok: false, code, message };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** Whether a name is a file name and nothing more. */
export function isFileName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && basename(join('/', name)) === name;
}
