import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { textOf } from '../../core/kernel/bytes.ts';
import { errnoOf } from '../system/errno.ts';
import { isLocal } from '../system/local.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { EndlessPath, walk } from '../system/walk.ts';

/** Where a path leads. */
export type Followed =
  | { readonly kind: 'there'; readonly at: string; readonly found: BigIntStats }
  /** `at`: where the way ended. */
  | { readonly kind: 'gone'; readonly at: string; readonly why: string }
  /** The way leaves the file systems that are known to answer at once. */
  | { readonly kind: 'away'; readonly at: string }
  | { readonly kind: 'hidden'; readonly why: string };

/** Follows a path as the kernel does, and says of one that leads nowhere which part of it is missing. */
export function follow(path: string): Followed {
  const way = walk(path);
  let link: { readonly at: string; readonly to: string } | null = null;
  let at = '/';
  let found: BigIntStats | null = null;
  try {
    let step = way.next();
    while (step.done !== true) {
      at = step.value;
      if (!isLocal(recentMountOf(at))) return { kind: 'away', at };
      const file = Buffer.from(at, 'latin1');
      found = lstatSync(file, { bigint: true });
      if (!found.isSymbolicLink()) {
        step = way.next('');
        continue;
      }
      const to = readlinkSync(file, 'latin1');
      link = { at, to };
      step = way.next(to);
    }
    at = step.value;
    // After `..` the last one that was looked at is not the end.
    found = lstatSync(Buffer.from(at, 'latin1'), { bigint: true });
    return { kind: 'there', at, found };
  } catch (error) {
    if (error instanceof EndlessPath)
      return { kind: 'gone', at, why: `${textOf(path)} is a circle of symlinks` };
    return lost(path, at, link, errnoOf(error));
  }
}

function lost(
  path: string,
  at: string,
  link: { readonly at: string; readonly to: string } | null,
  code: string,
): Followed {
  const led = link === null ? '' : `${textOf(link.at)} is a symlink to ${textOf(link.to)}, and `;
  const whole = at === path ? '' : ` (on the way to ${textOf(path)})`;
  if (code === 'ENOENT') return { kind: 'gone', at, why: `${led}${textOf(at)} does not exist${whole}` };
  if (code === 'ENOTDIR')
    return { kind: 'gone', at, why: `${led}what is above ${textOf(at)} is no directory${whole}` };
  return { kind: 'hidden', why: `${textOf(at)} cannot be looked at: ${code}` };
}
