import { lstat, readdir, readFile, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { done, type Outcome } from '../../core/outcome.ts';
import type { Manifest } from '../../core/report/store-manifest.ts';
import { emptyManifest, parseManifest, printManifest, storedPath } from '../../core/report/store-manifest.ts';
import type { FoundFile, StoreContents } from '../../core/store/contents.ts';
import { temporaryPattern, writeAtomic } from '../files/atomic-file.ts';
import { removeLeftovers } from '../files/leftovers.ts';
import type { Libc } from '../system/libc.ts';
import { booksLock, withBooksLock } from './books-lock.ts';
import type { StoreFault } from './directory.ts';
import { writeFault } from './directory.ts';

/** A damaged manifest counts as empty: the files carry their hashes in their paths and are listed anew when deployed. */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = await readFile(join(dir, 'manifest.json'), 'utf8').catch(() => '');
  return parseManifest(text) ?? emptyManifest;
}

/** Looks at everything that lies in the store, without reading any interpreter; an absent store is an empty one. */
export async function readContents(dir: string): Promise<StoreContents> {
  const text = await readFile(join(dir, 'manifest.json'), 'utf8').catch(() => null);
  const manifest = text === null ? null : parseManifest(text);
  const found: FoundFile[] = [];
  const strange: string[] = [];
  for (const name of (await readdir(dir).catch(() => [])).sort()) {
    const path = join(dir, name);
    const at = await lstat(path).catch(() => null);
    if (at === null || books.has(name) || temporaryPattern.test(name)) continue;
    if (!hashName.test(name) || !at.isDirectory()) strange.push(path);
    else found.push(...(await filesBelow(path, name, at.mtimeMs)));
  }
  return {
    dir,
    manifest: manifest !== null ? 'read' : text === null ? 'absent' : 'damaged',
    listed: manifest?.files ?? [],
    found,
    strange,
  };
}

/** What this keeper and its predecessors write beside the interpreters. */
const books: ReadonlySet<string> = new Set(['manifest.json', 'hashes.json', 'used.json', booksLock]);
const hashName = /^[0-9a-f]{16}$/;

/** Choosing a file touches its directory, deploying it writes the file. */
async function filesBelow(dir: string, hash: string, chosenMs: number): Promise<readonly FoundFile[]> {
  const files: FoundFile[] = [];
  for (const name of (await readdir(dir).catch(() => [])).sort()) {
    const path = join(dir, name);
    const at = await lstat(path).catch(() => null);
    if (at === null || temporaryPattern.test(name)) continue;
    const { dev, ino, size, mode, uid, mtimeMs } = at;
    const touchedMs = Math.max(chosenMs, mtimeMs);
    files.push({ path, name, hash, regular: at.isFile(), dev, ino, size, mode, uid, touchedMs });
  }
  return files;
}

/** Removes interpreters, of what lies in the store only, and takes them off the manifest. */
export async function removeStored(
  dir: string,
  paths: readonly string[],
  libc: Libc | null,
): Promise<{ readonly removed: readonly string[]; readonly faults: readonly StoreFault[] }> {
  const removed: string[] = [];
  const faults: StoreFault[] = [];
  const stored = new Set(await storedPaths(dir));
  for (const path of paths.filter((one) => stored.has(one))) {
    try {
      await unlink(path);
      removed.push(path);
      await rmdir(dirname(path)).catch(() => {});
    } catch (error) {
      faults.push(writeFault(`remove ${path}`, error));
    }
  }
  await removeLeftovers(dir);
  const written = await withBooksLock(dir, libc, () => takeOff(dir, new Set(removed)));
  if (!written.ok) faults.push(writeFault('write the manifest', written));
  return { removed, faults };
}

async function takeOff(dir: string, gone: ReadonlySet<string>): Promise<Outcome> {
  const manifest = await readManifest(dir);
  const files = manifest.files.filter((file) => !gone.has(join(dir, storedPath(file))));
  if (files.length === manifest.files.length) return done;
  return writeAtomic(join(dir, 'manifest.json'), printManifest({ schema: 1, files }), 0o644, { fsync: true });
}

/** Every file below a directory that is named like a hash; nothing else in the directory is ours. */
async function storedPaths(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch(() => []);
  const paths: string[] = [];
  for (const hash of names.filter((name) => hashName.test(name))) {
    const files = await readdir(join(dir, hash)).catch(() => []);
    paths.push(...files.map((file) => join(dir, hash, file)));
  }
  return paths;
}
