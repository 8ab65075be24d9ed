import { constants } from 'node:fs';
import { open, readdir, readFile, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest, StoredFile } from '../../core/report/store-manifest.ts';
import { emptyManifest, parseManifest, printManifest, storedPath } from '../../core/report/store-manifest.ts';
import { writeAtomic } from '../files/atomic-file.ts';
import { removeLeftovers } from '../files/leftovers.ts';
import { distrustFile } from '../files/trust.ts';
import type { StoreFault } from './directory.ts';
import { writeFault } from './directory.ts';
import { hashOf } from './hashed-copy.ts';

/** Something in the store that is not as the manifest says. */
export interface StoreFinding {
  readonly path: string;
  readonly code: 'missing' | 'differs' | 'untrusted' | 'unlisted';
  readonly message: string;
}

/** A damaged manifest counts as empty: the files carry their hashes in their paths and are listed anew when deployed. */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = await readFile(join(dir, 'manifest.json'), 'utf8').catch(() => '');
  return parseManifest(text) ?? emptyManifest;
}

/** Reads every file again, past the cache. */
export async function verifyContents(dir: string): Promise<readonly StoreFinding[]> {
  const { files } = await readManifest(dir);
  const findings: StoreFinding[] = [];
  for (const file of files) {
    const path = join(dir, storedPath(file));
    const code = await examine(path, file);
    if (code !== null) findings.push({ path, code, message: meanings[code] });
  }
  const listed = new Set(files.map((file) => join(dir, storedPath(file))));
  for (const path of await storedPaths(dir)) {
    if (!listed.has(path)) findings.push({ path, code: 'unlisted', message: meanings.unlisted });
  }
  return findings;
}

const meanings: Readonly<Record<StoreFinding['code'], string>> = {
  missing: 'the manifest lists it, but it cannot be read',
  differs: 'its SHA-256 is not the one in the manifest',
  untrusted: 'its owner or mode lets others change it',
  unlisted: 'the manifest does not list it',
};

async function examine(path: string, file: StoredFile): Promise<StoreFinding['code'] | null> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (distrustFile(path, await handle.stat()) !== null) return 'untrusted';
      return (await hashOf(handle)) === file.sha256 ? null : 'differs';
    } finally {
      await handle.close();
    }
  } catch {
    return 'missing';
  }
}

/** Removes interpreters, of what lies in the store only, and takes them off the manifest. */
export async function removeStored(
  dir: string,
  paths: readonly string[],
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
  const manifest = await readManifest(dir);
  const gone = new Set(removed);
  const files = manifest.files.filter((file) => !gone.has(join(dir, storedPath(file))));
  if (files.length !== manifest.files.length) {
    const text = printManifest({ schema: 1, files });
    const written = await writeAtomic(join(dir, 'manifest.json'), text, 0o644, { fsync: true });
    if (!written.ok) faults.push(writeFault('write the manifest', written));
  }
  return { removed, faults };
}

/** Every file below a directory that is named like a hash; nothing else in the directory is ours. */
async function storedPaths(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch(() => []);
  const paths: string[] = [];
  for (const hash of names.filter((name) => /^[0-9a-f]{16}$/.test(name))) {
    const files = await readdir(join(dir, hash)).catch(() => []);
    paths.push(...files.map((file) => join(dir, hash, file)));
  }
  return paths;
}
