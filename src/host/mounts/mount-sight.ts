import { closeSync, constants, openSync, readSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** `O_PATH` of open(2), the same on every architecture with a build of Node. */
const O_PATH = 0o10000000;
const { O_NOFOLLOW, O_DIRECTORY } = constants;
const buffer = Buffer.allocUnsafe(1024);

/** Tells what lies at some mount points, at a cost that does not grow with the mount table. */
export interface MountSight {
  /** The same text as before where the same mounts are on top there. */
  look(): string;
  close(): void;
}

/**
 * The id of the mount on top of each mount point, as the kernel gives it of an open file (proc(5), fdinfo). `O_PATH`
 * beneath a held directory neither triggers an automount nor asks the file system that is mounted there, which may
 * be a dead server. It does not see `remount`, nor what is mounted over a parent: a look at the table does.
 */
export function openMountSight(points: readonly string[]): MountSight {
  const held = points.map((point) => ({ parent: openParent(point), name: basename(point) }));
  return {
    look: () => held.map(({ parent, name }) => mountIdOf(parent, name)).join(' '),
    close() {
      for (const { parent } of held) if (parent !== null) closeSync(parent);
    },
  };
}

function openParent(point: string): number | null {
  try {
    return openSync(dirname(point), O_PATH | O_DIRECTORY);
  } catch {
    return null;
  }
}

function mountIdOf(parent: number | null, name: string): string {
  if (parent === null) return '-';
  try {
    const fd = openSync(`/proc/self/fd/${parent}/${name}`, O_PATH | O_NOFOLLOW);
    try {
      return /^mnt_id:\s*(\d+)/m.exec(readSmall(`/proc/self/fdinfo/${fd}`))?.[1] ?? '-';
    } finally {
      closeSync(fd);
    }
  } catch {
    return '-';
  }
}

function readSmall(path: string): string {
  const fd = openSync(path, 'r');
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer));
  } finally {
    closeSync(fd);
  }
}
