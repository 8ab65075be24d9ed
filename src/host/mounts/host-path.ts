import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { parseMountinfo, pathElsewhere } from '../../core/kernel/mountinfo.ts';
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
export async function underHostPath(directory: string, hostPids = initialPid): Promise<string | null> {
  const there = hostPathOf(directory, hostPids);
  if (there === null || there === directory) return null;
  // Another command of this container has done it; or what is there in this container is something else.
  if (existsSync(there)) return isSame(directory, there) ? there : null;
  try {
    await makeDirectories(directory);
    await makeDirectories(there);
  } catch {
    return null; // a read-only image
  }
  return createMounter(await loadLibc()).bind(directory, there).ok ? there : null;
}

function hostPathOf(path: string, hostPids: string): string | null {
  try {
    if (!hasHostInit(hostPids) || isHostNamespace()) return null;
    const theirs = parseMountinfo(readFileSync('/proc/1/mountinfo', 'latin1'));
    const bytes = Buffer.from(path, 'utf8').toString('latin1');
    const there = pathElsewhere(bytes, readMounts(), theirs);
    return there === null ? null : Buffer.from(there, 'latin1').toString('utf8');
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
