import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, rename, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest, StoredFile } from '../../core/report/store-manifest.ts';
import { printManifest, storedPath, withFile } from '../../core/report/store-manifest.ts';
import { syncDirectory, temporaryBeside, writeAtomic } from '../files/atomic-file.ts';
import { makeDirectories } from '../files/directories.ts';
import { distrustFile } from '../files/trust.ts';
import type { Labelling } from '../selinux/label.ts';
import { errnoOf, failure } from '../system/errno.ts';
import type { Libc } from '../system/libc.ts';
import { reach } from '../system/reach.ts';
import { withBooksLock } from './books-lock.ts';
import { readManifest } from './contents.ts';
import type { StoreFault } from './directory.ts';
import { fault, isFileName, lacksSpace, writeFault } from './directory.ts';
import type { HashCache } from './hash-cache.ts';
import { openHashCache } from './hash-cache.ts';
import { copyHashed, hashOf } from './hashed-copy.ts';
import { interpreterVersion } from './interpreters.ts';

/** An interpreter in its place, its content proved. */
export interface Deployed {
  readonly ok: true;
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly sha256: string;
  readonly version: string | null;
  /** Bytes. */
  readonly size: number;
}

/** What is written of a store beside its files, read once for all that is deployed in a row, and how it is locked. */
export interface Books {
  libc?: Libc | null;
  hashes?: HashCache;
  manifest?: Manifest;
}

/** Deploys one file into a directory that was prepared; everything that goes wrong comes back as a fault. */
export async function deployFile(
  dir: string,
  sourcePath: string,
  name: string,
  labelling: Labelling | null = null,
  books: Books = {},
): Promise<Deployed | StoreFault> {
  if (!isFileName(name)) return fault('store-failed', `${JSON.stringify(name)} is not a file name`);
  const reached = await reach(sourcePath);
  if (!reached.ok) return fault('store-source', reached.message);
  let source: FileHandle;
  try {
    source = await open(sourcePath, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return fault('store-source', failure('open source', error).message);
  }
  try {
    return await deployOpen(dir, { path: sourcePath, file: source, name, labelling }, books);
  } catch (error) {
    return writeFault(`deploy ${sourcePath} to ${dir}`, error);
  } finally {
    await source.close().catch(() => {});
  }
}

interface Source {
  readonly path: string;
  readonly file: FileHandle;
  readonly name: string;
  readonly labelling: Labelling | null;
}

async function deployOpen(dir: string, source: Source, books: Books): Promise<Deployed | StoreFault> {
  const found = await source.file.stat({ bigint: true });
  if (!found.isFile()) return fault('store-source', `${source.path} is not a regular file`);
  books.hashes ??= await openHashCache(join(dir, 'hashes.json'));
  books.manifest ??= await readManifest(dir);
  const { hashes, manifest } = books;
  let sha256 = hashes.get(found);
  if (sha256 === null && mayBeThere(manifest, source.name, found)) {
    sha256 = await hashOf(source.file);
    hashes.set(found, sha256);
  }
  const there = sha256 !== null && (await isIntact(dir, { name: source.name, sha256 }, hashes));
  if (sha256 === null || !there) {
    const copied = await copyIn(dir, source, found);
    if (!copied.ok) return copied;
    sha256 = copied.sha256;
    hashes.set(found, sha256);
  }
  const deployed = await describe(dir, books, source, sha256, hashes);
  await hashes.save();
  return deployed;
}

/** Without its sum, reading once tells whether the copy can be spared; otherwise copying and hashing are one reading. */
function mayBeThere(manifest: Manifest, name: string, found: BigIntStats): boolean {
  return manifest.files.some((file) => file.name === name && BigInt(file.size) === found.size);
}

/** Whether the file under this hash has this hash. One that has not stays untouched: entries may pin it. */
async function isIntact(
  dir: string,
  file: Pick<StoredFile, 'name' | 'sha256'>,
  hashes: HashCache,
): Promise<boolean> {
  const path = join(dir, storedPath(file));
  // Chosen: whoever removes what nobody uses yet leaves it alone for a while.
  await touch(dirname(path));
  const isSound = (found: BigIntStats): boolean => {
    const { uid, mode } = numeric(found);
    return found.isFile() && distrustFile(path, { uid, mode }) === null && (mode & 0o111) !== 0;
  };
  try {
    const seen = await lstat(path, { bigint: true });
    if (!isSound(seen)) return false;
    const known = hashes.get(seen);
    if (known !== null) return known === file.sha256;
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await handle.stat({ bigint: true });
      if (!isSound(found)) return false;
      const sha256 = await hashOf(handle);
      hashes.set(found, sha256);
      return sha256 === file.sha256;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error))) return false;
    throw error;
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

async function copyIn(
  dir: string,
  source: Source,
  before: BigIntStats,
): Promise<{ readonly ok: true; readonly sha256: string } | StoreFault> {
  const full = await lacksSpace(dir, Number(before.size));
  if (full) return full;
  const temp = temporaryBeside(join(dir, source.name));
  const sha256 = await copyHashed(source.file, temp, source.labelling);
  try {
    const after = await source.file.stat({ bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs || after.ctimeNs !== before.ctimeNs) {
      await unlink(temp);
      return fault('store-source', `${source.path} was changed while it was copied`);
    }
    const path = join(dir, storedPath({ name: source.name, sha256 }));
    await makeDirectories(dirname(path));
    await rename(temp, path);
    for (const changed of [dirname(path), dir]) {
      const synced = await syncDirectory(changed);
      if (!synced.ok) return fault('store-failed', synced.message);
    }
    return { ok: true, sha256 };
  } catch (error) {
    await unlink(temp).catch(() => {});
    throw error;
  }
}

/** Says what was deployed, and sees to it that the manifest says so too; a read-only store serves without. */
async function describe(
  dir: string,
  books: Books,
  source: Source,
  sha256: string,
  hashes: HashCache,
): Promise<Deployed | StoreFault> {
  const { name, path: origin, labelling } = source;
  const path = join(dir, storedPath({ name, sha256 }));
  await labelling?.settle(path);
  const found = await lstat(path, { bigint: true });
  hashes.set(found, sha256);
  const { dev, ino, size } = numeric(found);
  const listed = books.manifest?.files.find((file) => file.name === name && file.sha256 === sha256);
  const version = listed?.version ?? (await interpreterVersion(path));
  const record = { name, architecture: name.replace(/^qemu-/, ''), version, size, sha256, origin };
  if (!listed || JSON.stringify(listed) !== JSON.stringify(record)) {
    const written = await withBooksLock(dir, books.libc ?? null, async () => {
      // Another process may have written meanwhile.
      books.manifest = withFile(await readManifest(dir), record);
      return writeAtomic(join(dir, 'manifest.json'), printManifest(books.manifest), 0o644, { fsync: true });
    });
    if (!written.ok && written.code !== 'EROFS') return writeFault('write the manifest', written);
  }
  return { ok: true, path, dev, ino, sha256, version, size };
}

function numeric(found: BigIntStats) {
  const { dev, ino, size, uid, mode } = found;
  return { dev: Number(dev), ino: Number(ino), size: Number(size), uid: Number(uid), mode: Number(mode) };
}
