import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import { mountOf, parseMountinfo, pathElsewhere } from '../../core/kernel/mountinfo.ts';
import { makeDirectories } from '../files/directories.ts';
import { loadLibc } from '../system/libc.ts';
import { readMounts } from '../system/mount-table.ts';
import { createMounter } from './mounter.ts';
import { hasHostInit, initialPid } from './namespaces.ts';

/**
 * Makes a directory of a volume reachable under the path that it has on the host, and returns that path: entries name
 * what they were registered by, and people and tools of the host look there. Null where the host cannot be seen, where
 * the path is the same, or where it cannot be made: nothing is lost then but the right name.
 */
export async function underHostPath(
  directory: string,
  hostPids = initialPid,
  own: readonly string[] = ['/'],
): Promise<string | null> {
  const there = hostPathOf(directory, hostPids);
  if (there === null || there === directory) return null;
  // Another command of this container has done it; or what is there in this container is something else.
  if (isSame(directory, there)) return there;
  if (existsSync(there) && !isOurs(there, own)) return null;
  try {
    await makeDirectories(directory);
    await makeDirectories(there);
  } catch {
    return null; // a read-only image
  }
  return createMounter(await loadLibc()).bind(directory, there).ok ? there : null;
}

/** How the host calls a directory, as far as that can be seen, without making it so here. */
export function hostNameOf(directory: string, hostPids = initialPid, root = '/.bottlerocket/rootfs'): string {
  if (directory.startsWith(`${root}/`)) return directory.slice(root.length);
  return hostPathOf(directory, hostPids) ?? directory;
}

/** An empty directory of the container's own files hides nothing: a command that was killed before its bind made it. */
function isOurs(directory: string, own: readonly string[]): boolean {
  try {
    return (
      own.includes(mountOf(readMounts(), directory)?.mountPoint ?? '') && readdirSync(directory).length === 0
    );
  } catch {
    return false;
  }
}

function hostPathOf(path: string, hostPids: string): string | null {
  try {
    if (!hasHostInit(hostPids) || isHostNamespace()) return null;
    const theirs = parseMountinfo(readFileSync('/proc/1/mountinfo', 'latin1'));
    const bytes = bytesOf(path);
    const there = pathElsewhere(bytes, readMounts(), theirs);
    return there === null ? null : textOf(there);
  } catch {
    return null; // the table may not be read
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.dev === b?.dev && a.ino === b.ino;
}

function isHostNamespace(): boolean {
  try {
    return readlinkSync('/proc/1/ns/mnt') === readlinkSync('/proc/self/ns/mnt');
  } catch {
    return false; // without rights over process 1: that of a container
  }
}
