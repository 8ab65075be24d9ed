import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, failure } from '../system/errno.ts';
import { temporaryPattern } from './atomic-file.ts';
import { judgePath } from './trust.ts';

/** What of a directory is ours, by name: files, and directories whose files of these names are. */
export interface Ours {
  readonly files: RegExp;
  readonly directories: readonly { readonly named: RegExp; readonly files: RegExp }[];
  /** Ours too, and still in use: neither removed nor named. */
  readonly ignored?: RegExp;
  /** The directory itself goes where its path is like this; by default it does. */
  readonly goes?: RegExp;
}

/** What became of a directory. */
export interface PurgedDirectory {
  readonly removed: readonly string[];
  readonly bytes: number;
  /** What is not ours, and so stays with the directory. */
  readonly left: readonly string[];
  readonly faults: readonly string[];
}

/**
 * Removes what is ours from a directory, and the directory once nothing is left in it; what is a mount point, as a
 * volume is, stays empty. Nothing is followed or walked: files of known names go, everything else is named. In a
 * directory that others can write to nothing is touched.
 */
export async function purgeDirectory(dir: string, ours: Ours): Promise<PurgedDirectory> {
  const gone = { removed: [] as string[], bytes: 0, left: [] as string[], faults: [] as string[] };
  const judged = await judgePath(dir);
  if (!judged.ok) {
    if (judged.code !== 'ENOENT' && judged.code !== 'ENOTDIR') gone.faults.push(judged.message);
    return gone;
  }
  await empty(dir, ours, gone);
  const goes = ours.goes?.test(dir) ?? true;
  if (goes && gone.left.length === 0 && gone.faults.length === 0) await removeEmpty(dir, gone);
  return gone;
}

interface Gone {
  removed: string[];
  bytes: number;
  left: string[];
  faults: string[];
}

async function empty(dir: string, { files, directories, ignored }: Ours, gone: Gone): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    const path = join(dir, name);
    const found = await lstat(path).catch(() => null);
    if (found === null || ignored?.test(name) === true) continue;
    const inner = found.isDirectory() ? directories.find((d) => d.named.test(name)) : undefined;
    if (inner !== undefined) {
      await empty(path, { files: inner.files, directories: [] }, gone);
      await removeEmpty(path, gone);
    } else if (!found.isDirectory() && (files.test(name) || temporaryPattern.test(name)))
      await remove(path, found.size, gone);
    else gone.left.push(path);
  }
}

async function remove(path: string, size: number, gone: Gone): Promise<void> {
  try {
    await unlink(path);
    gone.removed.push(path);
    gone.bytes += size;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') gone.faults.push(failure(`remove ${path}`, error).message);
  }
}

async function removeEmpty(path: string, gone: Gone): Promise<void> {
  try {
    await rmdir(path);
    gone.removed.push(path);
  } catch (error) {
    if (!mayStay.has(errnoOf(error))) gone.faults.push(failure(`remove ${path}`, error).message);
  }
}

/** A volume's directory is a mount point; something of others is named already. */
const mayStay: ReadonlySet<string> = new Set(['EBUSY', 'ENOTEMPTY', 'ENOENT', 'EROFS']);
