import { statSync } from 'node:fs';

/** root, and whoever we run as: no gain of privilege. */
export function trustedOwner(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

/**
 * In a user namespace all owners without a mapping look alike: the host's root, but everybody else too. Where the host's
 * root has a mapping, it is none of them.
 */
export function mayBeRoot(uid: number): boolean {
  if (uid !== overflowUid) return false;
  hostRootUnmapped ??= ownerOf('/proc/sys') === overflowUid;
  return hostRootUnmapped;
}

const overflowUid = 65534;
let hostRootUnmapped: boolean | null = null;

/** `/proc/sys` is the initial namespace's root's, in every namespace. */
function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid;
  } catch {
    return null;
  }
}
