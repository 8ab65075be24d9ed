import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import type { Mount } from '../../core/kernel/mountinfo.ts';
import type { Outcome } from '../../core/outcome.ts';
import { failure } from '../system/errno.ts';
import { isLocal } from '../system/local.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { walk } from '../system/walk.ts';
import { mayBeRoot, trustedOwner } from './owners.ts';

/** What lstat says that decides who can change a file. */
export interface Protection {
  readonly uid: number;
  readonly mode: number;
}

/** Where a path leads, without symlinks, and what lies there; the code of a failure is `untrusted` or the errno. */
export type Judged =
  | { readonly ok: true; readonly path: string; readonly found: Stats }
  | (Outcome & { readonly ok: false });

/** The code for a path that somebody else decides about. */
export const untrusted = 'untrusted';

/**
 * Follows a path as the kernel does and judges each component before the next one is looked at. Where only root and we
 * can exchange every one of them, whoever uses the path later gets what was judged. What lies at the end is judged as
 * ours (`way`: as one more directory on the way to something; `readable`: as something that is only read, where a mount
 * that is read-only here says enough: Kubernetes gives a ConfigMap mode 0777). For paths that are known to answer.
 */
export async function judgePath(
  path: string | Buffer,
  end: 'ours' | 'way' | 'readable' = 'ours',
): Promise<Judged> {
  const given = Buffer.from(path).toString('latin1');
  const way = walk(isAbsolute(given) ? given : join(bytesOf(process.cwd()), given));
  const mountAt = mountFinder();
  const spares = (at: string): boolean => end === 'readable' && isReadOnly(at);
  const distrust = (why: string): Judged => ({ ok: false, code: untrusted, message: why });
  try {
    let step = way.next();
    while (step.done !== true) {
      const file = Buffer.from(step.value, 'latin1');
      const local = isLocal(recentMountOf(step.value));
      const found = local ? lstatSync(file) : await lstat(file);
      const why = distrustStep(textOf(step.value), found, mountAt(step.value, found.dev));
      if (why !== null && !spares(step.value)) return distrust(why);
      const link = found.isSymbolicLink();
      step = way.next(!link ? '' : local ? readlinkSync(file, 'latin1') : await readlink(file, 'latin1'));
    }
    const at = textOf(step.value);
    const last = Buffer.from(step.value, 'latin1');
    const found = isLocal(recentMountOf(step.value)) ? lstatSync(last) : await lstat(last);
    const why = end === 'way' || spares(step.value) ? null : distrustFile(at, found);
    return why === null ? { ok: true, path: at, found } : distrust(why);
  } catch (error) {
    return failure(`look at ${path}`, error);
  }
}

/** Why somebody other than root and us could change this file itself, as the end of a sentence; null where nobody can. */
export function distrustFile(path: string, found: Protection): string | null {
  if (!trustedOwner(found.uid) && !(mayBeRoot(found.uid) && systemTree.test(path))) {
    return `${path} belongs to uid ${found.uid}`;
  }
  return found.mode & 0o022 ? `${path} is writable by others (mode ${octal(found.mode)})` : null;
}

/**
 * A symlink counts by its owner and its directory, its own mode means nothing. A sticky directory is safe: only the
 * owner of what is in it may rename that, and that owner is judged next.
 */
function distrustStep(at: string, found: Stats, mount: Mount | null): string | null {
  const server = mount === null ? null : distrustMount(at, mount);
  if (server !== null) return server;
  if (mount?.type === 'proc') return distrustProc(at, found, mount);
  const link = found.isSymbolicLink();
  if (!link && !found.isDirectory()) return null;
  if (!trustedOwner(found.uid) && !mayBeRoot(found.uid)) {
    return `${at} ${link ? 'is a symlink of' : 'belongs to'} uid ${found.uid}`;
  }
  const sticky = (found.mode & 0o1000) !== 0;
  if (link || sticky || (found.mode & 0o022) === 0) return null;
  return `${at} is writable by others (mode ${octal(found.mode)})`;
}

/** Whoever serves a FUSE says what owner and mode are. */
function distrustMount(at: string, mount: Mount): string | null {
  if (!/^fuse(blk)?(\.|$)/.test(mount.type)) return null;
  const user = mount.superOptions.find((option) => option.startsWith('user_id='))?.slice('user_id='.length);
  return user === undefined || trustedOwner(Number(user))
    ? null
    : `${at} lies on a file system that uid ${user} serves`;
}

/** The kernel makes all of it, whatever owner it shows; but a link of a process leads to an object, not along a path. */
function distrustProc(at: string, found: Stats, mount: Mount): string | null {
  const within = at.slice(textOf(mount.mountPoint).length);
  const magic = found.isSymbolicLink() && /^\/\d+\/./.test(within);
  return magic ? `${at} leads to whatever a process has there` : null;
}

function isReadOnly(at: string): boolean {
  return recentMountOf(at)?.options.includes('ro') ?? false;
}

/** Looked up where the device changes only: the mount table may be long. */
function mountFinder(): (at: string, dev: number) => Mount | null {
  let last: { readonly dev: number; readonly mount: Mount | null } | null = null;
  return (at, dev) => {
    if (last?.dev !== dev) {
      last = { dev, mount: recentMountOf(at) };
    }
    return last.mount;
  };
}

/** Where an unmapped owner of a file can only be the host's root. */
const systemTree = /^\/(usr|etc|run\/binfmt\.d|nix\/store|gnu\/store)\//;

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
