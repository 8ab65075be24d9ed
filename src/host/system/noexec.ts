import { recentMountOf } from './mount-table.ts';

/** The mount point that forbids to execute what lies at a path without symlinks, or null. */
export function noexecMount(path: string): string | null {
  const bytes = Buffer.from(path, 'utf8').toString('latin1');
  const mount = recentMountOf(bytes);
  return mount?.options.includes('noexec') ? mount.mountPoint : null;
}
