import { readdir } from 'node:fs/promises';
import { reach } from '../system/reach.ts';

/**
 * The names of entries that update-binfmts registers, of packages and of administrators (update-binfmts(8)): each has a
 * file of its own. For tests below `BINFMT_KEEPER_BINFMT_D_ROOT`. What cannot be read names nothing.
 */
export async function readBinfmtSupport(
  root = process.env.BINFMT_KEEPER_BINFMT_D_ROOT ?? '',
): Promise<readonly string[]> {
  const names = await Promise.all(directories.map((path) => namesIn(`${root}${path}`)));
  return names.flat();
}

const directories = ['/usr/share/binfmts', '/var/lib/binfmts'];

async function namesIn(path: string): Promise<readonly string[]> {
  if (!(await reach(path, 2000)).ok) return [];
  const found = await readdir(path, { encoding: 'latin1' }).catch(() => []);
  return found.filter((name) => !name.startsWith('.'));
}
