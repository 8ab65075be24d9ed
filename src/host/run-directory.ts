import { lstat, realpath } from 'node:fs/promises';
import type { Outcome } from '../core/outcome.ts';
import { done } from '../core/outcome.ts';
import { makeDirectories } from './directories.ts';
import { errnoOf, failure } from './errno.ts';
import { distrustFile, distrustParents } from './trust.ts';

/** Code of an outcome that means: somebody else could put files of theirs in place of ours. */
const untrusted = 'run-directory-untrusted';

/** Makes the run directory where there is none, and checks it as `inspectRunDirectory` does. */
export async function prepareRunDirectory(dir: string): Promise<Outcome> {
  const found = await inspectRunDirectory(dir);
  if (found.ok || found.code !== 'ENOENT') return found;
  try {
    await makeDirectories(dir);
  } catch (error) {
    return failure(`create ${dir}`, error);
  }
  return inspectRunDirectory(dir);
}

/**
 * Whether only root (or whoever we run as) decides what lies in the run directory: a directory, no symlink in its
 * place, owner and mode right, and nobody else able to exchange it for another one. Then what was checked stays so.
 * ENOENT where there is none; `untrusted` with a sentence that says what is wrong.
 */
export async function inspectRunDirectory(dir: string): Promise<Outcome> {
  try {
    const found = await lstat(dir);
    if (found.isSymbolicLink()) return distrust(`${dir} is a symlink`);
    if (!found.isDirectory()) return distrust(`${dir} is no directory`);
    const why = distrustFile(dir, found) ?? distrustParents(await realpath(dir));
    return why === null ? done : distrust(why);
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return distrust(`${dir} does not lie in a directory`);
    return failure(`look at ${dir}`, error);
  }
}

function distrust(message: string): Outcome {
  return { ok: false, code: untrusted, message };
}
