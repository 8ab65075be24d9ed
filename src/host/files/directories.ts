import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../system/errno.ts';

/**
 * Makes a directory and those above it, 0755 whatever the umask; what exists stays as it is. Throws the errno of the
 * cause: Node's own recursive mkdir says ENOENT on a read-only file system.
 */
export async function makeDirectories(path: string): Promise<void> {
  if (await stat(path).catch(() => null)) return;
  if (dirname(path) !== path) await makeDirectories(dirname(path));
  try {
    await mkdir(path);
    await chmod(path, 0o755);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}
