import { bytesOf } from '../../core/kernel/bytes.ts';
import { recentMountOf } from './mount-table.ts';

/** The mount point that forbids to execute what lies at a path without symlinks, or null. */
export function noexecMount(path: string): string | null {
  const bytes = bytesOf(path);
  const mount = recentMountOf(bytes);
  return mount?.options.includes('noexec') ? mount.mountPoint : null;
}
