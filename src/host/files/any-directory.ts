import { constants } from 'node:fs';
import { type FileHandle, open, readlink, unlink } from 'node:fs/promises';
import { basename, dirname, normalize } from 'node:path';
import type { Outcome } from '../../core/outcome.ts';
import { done } from '../../core/outcome.ts';
import { failure } from '../system/errno.ts';
import { writeAtomic } from './atomic-file.ts';
import { judgePath } from './trust.ts';

/** Replaces a file whole, in a directory that somebody else may own; it goes where the path says and nowhere else. */
export function replaceFile(path: string, text: string, mode: number): Promise<Outcome> {
  return inDirectory(path, (at) => writeAtomic(at, text, mode, { fsync: false }));
}

/** Takes a file away; one that is gone already is no failure. */
export async function removeFile(path: string): Promise<Outcome> {
  const outcome = await inDirectory(path, async (at) => {
    await unlink(at);
    return done;
  });
  return outcome.ok || outcome.code !== 'ENOENT' ? outcome : done;
}

/**
 * Works through a descriptor of the file's directory, so that nobody can exchange it meanwhile. Whoever owns a directory
 * on the way may be root's collector of metrics, so its files are welcome; its symlinks are not, for they could lead
 * anywhere: then the directory must be the very one that the path names.
 */
async function inDirectory(path: string, work: (at: string) => Promise<Outcome>): Promise<Outcome> {
  const dir = dirname(path);
  let handle: FileHandle | null = null;
  try {
    handle = await open(dir, constants.O_RDONLY | constants.O_DIRECTORY);
    const held = `/proc/self/fd/${handle.fd}`;
    const real = await readlink(held);
    const judged = real === normalize(dir).replace(/(?<=.)\/$/, '') ? null : await judgePath(dir, 'way');
    if (judged?.ok === false)
      return { ok: false, code: judged.code, message: `${dir} leads to ${real}: ${judged.message}` };
    const outcome = await work(`${held}/${basename(path)}`);
    return outcome.ok ? outcome : { ...outcome, message: outcome.message.replaceAll(held, dir) };
  } catch (error) {
    return failure(`use ${path}`, error);
  } finally {
    await handle?.close();
  }
}
