import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryPattern } from './atomic-file.ts';

/**
 * Removes temporary files of a process that was killed while it wrote, lest a crash loop fills the file system. One
 * that was written to lately may belong to a process that is at work: a copy that gets no byte for 30 s gives up.
 */
export async function removeLeftovers(dir: string, olderThanMs: number = twoMinutes): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((other) => temporaryPattern.test(other))) {
    const path = join(dir, name);
    const found = await lstat(path).catch(() => null);
    if (found && Date.now() - found.mtimeMs > olderThanMs) await unlink(path).catch(() => {});
  }
}

const twoMinutes = 120_000;
