import { lstat } from 'node:fs/promises';
import type { Outcome } from '../../core/outcome.ts';
import { done } from '../../core/outcome.ts';
import { failure } from '../system/errno.ts';
import { makeDirectories } from './directories.ts';
import { judgePath, untrusted } from './trust.ts';

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
 * place, owner and mode right, and nobody else able to exchange it, or anything on the way to it, for another one. Then
 * what was checked stays so. ENOENT where there is none, and nobody else could make one; `run-directory-untrusted` with
 * a sentence that says what is wrong.
 */
export async function inspectRunDirectory(dir: string): Promise<Outcome> {
  const judged = await judgePath(dir);
  if (!judged.ok) {
    if (judged.code === 'ENOTDIR') return distrust(`${dir} does not lie in a directory`);
    return judged.code === untrusted ? distrust(judged.message) : judged;
  }
  if (!judged.found.isDirectory()) return distrust(`${dir} is no directory`);
  try {
    return (await lstat(dir)).isSymbolicLink() ? distrust(`${dir} is a symlink`) : done;
  } catch (error) {
    return failure(`look at ${dir}`, error);
  }
}

function distrust(message: string): Outcome {
  return { ok: false, code: 'run-directory-untrusted', message };
}
