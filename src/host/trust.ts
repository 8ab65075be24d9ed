import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { initialUserNamespace } from './identity.ts';

/** What lstat says that decides who can change a file. */
export interface Protection {
  readonly uid: number;
  readonly mode: number;
}

/** Why somebody other than root and us could change this file itself, as the end of a sentence; null where nobody can. */
export function distrustFile(path: string, found: Protection): string | null {
  if (!trustedOwner(found.uid) && !(isOverflow(found.uid) && systemTree.test(path))) {
    return `${path} belongs to uid ${found.uid}`;
  }
  return found.mode & 0o022 ? `${path} is writable by others (mode ${octal(found.mode)})` : null;
}

/**
 * Why somebody else could put another file in this one's place, looking at every directory above a path without
 * symlinks. A sticky directory is safe: only the owner may rename what is in it.
 */
export function distrustParents(path: string): string | null {
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    const found = lstatSync(dir);
    if (!trustedOwner(found.uid) && !isOverflow(found.uid)) return `${dir} belongs to uid ${found.uid}`;
    const sticky = (found.mode & 0o1000) !== 0;
    if (found.mode & 0o022 && !sticky) return `${dir} is writable by others (mode ${octal(found.mode)})`;
    if (dir === dirname(dir)) return null;
  }
}

/** root, and whoever we run as: no gain of privilege. */
function trustedOwner(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

/** In a user namespace all owners without a mapping look alike: the host's root, but everybody else too. */
function isOverflow(uid: number): boolean {
  return uid === 65534 && !initialUserNamespace();
}

/** Where an unmapped owner of a file can only be the host's root. */
const systemTree = /^\/(usr|nix\/store|gnu\/store)\//;

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
