import { mountOf } from '../core/mountinfo.ts';
import { readMounts } from './mount-table.ts';

/** The mount point that forbids to execute what lies at a path without symlinks, or null. */
export function noexecMount(path: string): string | null {
  const mount = mountOf(readMounts(), Buffer.from(path, 'utf8').toString('latin1'));
  return mount?.options.includes('noexec') ? mount.mountPoint : null;
}
