import { lstatSync, readlinkSync } from 'node:fs';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import { errnoOf } from '../system/errno.ts';
import { isLocal } from '../system/local.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { reach } from '../system/reach.ts';
import { EndlessPath, walk } from '../system/walk.ts';

/** Where a path leads; `at` is where the way ended, as we see it. */
export type Resolved =
  | { readonly kind: 'there'; readonly at: string }
  | { readonly kind: 'none'; readonly at: string; readonly errno: string; readonly why: string }
  | { readonly kind: 'hung'; readonly at: string; readonly why: string };

/** Where symlinks lead, empty for everything else that is there, by path: seen in the course of one command. */
export type Places = Map<string, string>;

/**
 * Follows a path (a byte string, absolute) a component at a time, with symlinks as they are seen from `root`, and touches
 * nothing on a file system that does not answer. What `places` has is not looked at again.
 */
export async function resolve(path: string, root: string, places: Places = new Map()): Promise<Resolved> {
  const way = walk(path);
  let link: { readonly at: string; readonly to: string } | null = null;
  let at = '/';
  const tried = new Set<number>();
  try {
    let step = way.next();
    while (step.done !== true) {
      at = step.value;
      const real = below(root, at);
      const known = places.get(real);
      if (known !== undefined) {
        if (known !== '') link = { at, to: known };
        step = way.next(known);
        continue;
      }
      const mount = recentMountOf(real);
      if (!isLocal(mount) && !tried.has(mount?.id ?? 0)) {
        const reached = await reach(textOf(real), 2000);
        if (!reached.ok) return { kind: 'hung', at: real, why: `${textOf(real)} does not answer` };
        tried.add(mount?.id ?? 0);
      }
      const file = Buffer.from(real, 'latin1');
      const target = lstatSync(file).isSymbolicLink() ? readlinkSync(file, 'latin1') : '';
      places.set(real, target);
      if (target !== '') link = { at, to: target };
      step = way.next(target);
    }
    return { kind: 'there', at: below(root, step.value) };
  } catch (error) {
    const errno = error instanceof EndlessPath ? error.code : errnoOf(error);
    return { kind: 'none', at: below(root, at), errno, why: reasonOf(errno, { path, at, link }) };
  }
}

/** A path of ours for one that is seen from another root. */
function below(root: string, path: string): string {
  if (root === '/' || root === '') return path;
  return path === '/' ? root : `${root}${path}`;
}

/** A word of a command line as an absolute byte string; relative ones start at `cwd`. */
export function absolute(path: string, cwd: string): string {
  return path.startsWith('/') ? path : `${bytesOf(cwd)}/${path}`;
}

function reasonOf(
  errno: string,
  { path, at, link }: { path: string; at: string; link: { readonly at: string; readonly to: string } | null },
): string {
  const led = link === null ? '' : `${textOf(link.at)} is a symlink to ${textOf(link.to)}, and `;
  const whole = at === path || led !== '' ? '' : ` (on the way to ${textOf(path)})`;
  if (errno === 'ENOENT') return `${led}${textOf(at)} does not exist${whole}`;
  if (errno === 'ENOTDIR') return `${led}what is above ${textOf(at)} is no directory${whole}`;
  if (errno === 'ELOOP') return `${textOf(path)} is a circle of symlinks`;
  if (errno === 'EACCES') return `the directory of ${textOf(at)} may not be searched by this user${whole}`;
  if (errno === 'ENAMETOOLONG') return 'its path, or a name in it, is longer than the kernel takes';
  return `${textOf(at)} cannot be looked at: ${errno}`;
}
