import { readFileSync, readlinkSync } from 'node:fs';
import { mountOf, mountsAlong } from '../../core/kernel/mountinfo.ts';
import { hasHostInit } from '../mounts/namespaces.ts';
import { initialUserNamespace } from '../system/identity.ts';
import { recentMountOf } from '../system/mount-table.ts';

/** Whether what we see at a path is what the host's programs see there; null where that is so for all paths. */
export type HostView = ((path: string) => boolean) | null;

/**
 * Compares mounts and nothing else, since the mount table of process 1 may be read without any right over it: a unit of
 * systemd has a mount namespace of its own, in which some directories are hidden, and a container another root. In a user
 * namespace of our own those who use its entries are taken to see what we see.
 */
export function hostView(): HostView {
  if (!initialUserNamespace() || sameMounts()) return null;
  if (!hasHostInit()) return () => false;
  const theirs = read('/proc/1/mountinfo');
  const known = new Map<string, boolean>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const mine = recentMountOf(path);
    const other = mountOf(mountsAlong(theirs, [path]), path);
    const same = mine !== null && other !== null && mine.device === other.device && mine.root === other.root;
    known.set(path, same);
    return same;
  };
}

function sameMounts(): boolean {
  try {
    return hasHostInit() && readlinkSync('/proc/self/ns/mnt') === readlinkSync('/proc/1/ns/mnt');
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
