import { constants } from 'node:fs';
import { lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { printManifest, type StoredFile, storedPath, withFile } from '../../core/report/store-manifest.ts';
import { syncDirectory, writeAtomic } from '../files/atomic-file.ts';
import { makeDirectories } from '../files/directories.ts';
import { distrustFile } from '../files/trust.ts';
import type { Labelling } from '../selinux/label.ts';
import { withBooksLock } from '../store/books-lock.ts';
import { readManifest } from '../store/contents.ts';
import { hashOf } from '../store/hashed-copy.ts';
import type { Libc } from '../system/libc.ts';
import type { StagedFile } from './staging.ts';

/**
 * Puts verified files into the store. A file that is not listed counts for nothing, so the store is the old one until its manifest is
 * replaced, and then the new one. One process at a time: another import may bring the same files. Throws errno errors.
 */
export function commitStaged(
  dir: string,
  staged: readonly StagedFile[],
  records: readonly StoredFile[],
  labelling: Labelling | null,
  libc: Libc | null,
): Promise<{ readonly deployed: readonly string[]; readonly present: readonly string[] }> {
  return withBooksLock(dir, libc, async () => {
    const present: string[] = [];
    const deployed: string[] = [];
    for (const file of staged) {
      const path = join(dir, storedPath(file));
      deployed.push(path);
      if (await isIntact(path, file.sha256)) {
        await unlink(file.temp);
        present.push(path);
        continue;
      }
      await makeDirectories(dirname(path));
      await labelling?.settle(file.temp);
      await rename(file.temp, path);
      await must(syncDirectory(dirname(path)));
    }
    await must(syncDirectory(dir));
    let manifest = await readManifest(dir);
    const before = printManifest(manifest);
    for (const record of records) manifest = withFile(manifest, record);
    const text = printManifest(manifest);
    if (text !== before) await must(writeAtomic(join(dir, 'manifest.json'), text, 0o644, { fsync: true }));
    return { deployed, present };
  });
}

/** By its content: entries may pin it, so a good file is not exchanged. */
async function isIntact(path: string, sha256: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  if (!found?.isFile() || distrustFile(path, found) !== null || (found.mode & 0o7777) !== 0o755) return false;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return (await hashOf(file)) === sha256;
  } finally {
    await file.close();
  }
}

async function must(outcome: ReturnType<typeof syncDirectory>): Promise<void> {
  const done = await outcome;
  if (!done.ok) throw Object.assign(new Error(done.message), { code: done.code });
}
