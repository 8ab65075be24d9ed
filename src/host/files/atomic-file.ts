import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Outcome } from '../../core/outcome.ts';
import { done } from '../../core/outcome.ts';
import { failure } from '../system/errno.ts';

/**
 * Replaces a file so that readers and a power cut see the old content or the new one, never half of it. A symlink in
 * the file's place is replaced, not followed. The code of a failure is its errno.
 */
export async function writeAtomic(
  path: string,
  data: string | Uint8Array,
  mode: number,
  options: { readonly fsync: boolean },
): Promise<Outcome> {
  const temp = temporaryBeside(path);
  let step = 'create';
  try {
    const file = await open(temp, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      step = 'write';
      await file.writeFile(data);
      // By fchmod: the mode given to open is narrowed by the umask.
      await file.chmod(mode);
      if (options.fsync) await file.sync();
    } finally {
      await file.close();
    }
    step = 'rename';
    await rename(temp, path);
  } catch (error) {
    await unlink(temp).catch(() => {});
    return failure(`${step} ${path}`, error);
  }
  return options.fsync ? syncDirectory(dirname(path)) : done;
}

/** A name for a temporary file in the same directory; `temporaryPattern` finds what a killed process left. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${random()}.tmp`);
}

/** It must only be another one each time (O_EXCL refuses one that is there): node:crypto would cost a start 5 ms. */
function random(): string {
  return Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0');
}

/** Matches the names that `temporaryBeside` makes. */
export const temporaryPattern = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<Outcome> {
  try {
    const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
    return done;
  } catch (error) {
    return failure(`sync ${path}`, error);
  }
}
