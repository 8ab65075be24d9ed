import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { type FoundFile, publishedDirectory } from '../../core/plan/published.ts';
import { errnoOf, failure } from '../system/errno.ts';
import { inheritedDevices } from '../system/identity.ts';
import { reach } from '../system/reach.ts';

/** What lies under the usual names in the directory that we publish to, and why it cannot be read. */
export interface PublishedFiles {
  readonly dir: string;
  readonly files: readonly FoundFile[];
  readonly fault: string | null;
}

/** Ours have a few hundred bytes. */
const mostBytes = 16 * 1024;

/**
 * Reads them below a root, for tests `BINFMT_KEEPER_BINFMT_D_ROOT`. No directory is an empty one. Nothing of it is for a
 * sandbox: files that lie there are those of the host's keeper, and its root may write where that of the host may.
 */
export async function readPublishedFiles(
  root = process.env.BINFMT_KEEPER_BINFMT_D_ROOT ?? '',
): Promise<PublishedFiles> {
  const dir = `${root}${publishedDirectory}`;
  if (inheritedDevices() !== null)
    return { dir, files: [], fault: 'systemd does not serve the instance of a sandbox' };
  const reached = await reach(dir, 2000);
  if (!reached.ok) return { dir, files: [], fault: reached.message };
  try {
    const names = (await readdir(dir)).filter((name) => /^qemu-[\w-]+\.conf$/.test(name));
    const files = await Promise.all(
      names.map(async (name) => ({ name, text: await read(`${dir}/${name}`) })),
    );
    return { dir, files, fault: null };
  } catch (error) {
    const fault = errnoOf(error) === 'ENOENT' ? null : failure(`read ${dir}`, error).message;
    return { dir, files: [], fault };
  }
}

/** A symlink is nothing that we wrote, wherever it leads: to /dev/null, it masks what packages declare. */
async function read(path: string): Promise<string | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      return found.isFile() && found.size <= mostBytes ? await file.readFile('latin1') : null;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
