import { readFile } from 'node:fs/promises';
import { mountOf, parseMountinfo } from '../core/mountinfo.ts';

/** The mount point that forbids to execute what lies at a path without symlinks, or null. */
export async function noexecMount(path: string): Promise<string | null> {
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'latin1'));
  const mount = mountOf(mounts, Buffer.from(path, 'utf8').toString('latin1'));
  return mount?.options.includes('noexec') ? mount.mountPoint : null;
}
