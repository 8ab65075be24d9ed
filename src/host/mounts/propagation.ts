import { textOf } from '../../core/kernel/bytes.ts';
import { type Mount, mountOf } from '../../core/kernel/mountinfo.ts';
import { runChild } from '../system/child.ts';
import { readMounts } from '../system/mount-table.ts';

/**
 * Whether a copy of the mount at `path` lies in another mount namespace and stays when ours ends. A tag `shared:N`
 * says nothing of that: a group may have this one member. But whoever is made a slave names its master, and the
 * kernel makes a mount without peers private instead (fs/pnode.c). The tag then is put back: only what is mounted on
 * top of binfmt_misc, which nobody does, would propagate in one direction less.
 */
export async function copiedOutside(path: string): Promise<boolean> {
  const mount = topAt(readMounts(), path);
  if (mount === null) return false;
  if (hasMasterElsewhere(mount.id)) return true;
  const group = mount.propagation.shared;
  if (group === undefined) return false;
  // A directory can be visible here twice: peers in this namespace have to step aside as well.
  const members = readMounts().filter((m) => m.propagation.shared === group);
  if (members.some((m) => topAt(readMounts(), m.mountPoint)?.id !== m.id)) return false;
  for (const member of members) await change('--make-slave', member.mountPoint);
  const outside = hasMasterElsewhere(mount.id);
  for (const member of members) await change('--make-shared', member.mountPoint);
  return outside;
}

/** A peer group that a mount of ours receives from has members, and none of them is here. */
function hasMasterElsewhere(id: number): boolean {
  const mounts = readMounts();
  const master = mounts.find((m) => m.id === id)?.propagation.master;
  return master !== undefined && !mounts.some((m) => m.propagation.shared === master);
}

function topAt(mounts: readonly Mount[], path: string): Mount | null {
  const top = mountOf(mounts, path);
  return top?.mountPoint === path && top.type === 'binfmt_misc' ? top : null;
}

async function change(how: string, mountPoint: string): Promise<void> {
  const path = textOf(mountPoint);
  await runChild('mount', ['-n', how, path], { timeoutMs: 5000 });
}
