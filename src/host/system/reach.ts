import { lstatSync, readlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Mount } from '../../core/kernel/mountinfo.ts';
import type { Outcome } from '../../core/outcome.ts';
import { runChild } from './child.ts';
import { isLocal } from './local.ts';
import { recentMountOf } from './mount-table.ts';
import { lacksRoom } from './shortage.ts';
import { EndlessPath, walk } from './walk.ts';

/** A failure names the mount that the path leads to, a byte string. */
export type Reached =
  | Extract<Outcome, { readonly ok: true }>
  | (Extract<Outcome, { readonly ok: false }> & { readonly mountPoint: string });

/**
 * Proves that a path can be read without hanging, before this process touches it: a thread of libuv that is stuck on
 * a dead server keeps the process from ending. Fails with ETIMEDOUT, and with EAGAIN
 * where nothing could be tried; what is merely missing is found by whoever
 * opens it. Costs a child only where the path, or a symlink on its way, leaves the local file systems.
 */
export async function reach(path: string, timeoutMs = 5000): Promise<Reached> {
  // The kernel refuses such a path before it looks anywhere (PATH_MAX).
  const left = Buffer.byteLength(path) >= 4096 ? 'nowhere' : leaves(path);
  if (left === 'nowhere') return reached;
  const mountPoint = left?.mountPoint ?? '/';
  const result = await runChild('head', ['-c', '1', path], { timeoutMs });
  // Without a child nothing was tried, and this process must not be the one that hangs.
  if (lacksRoom(result.spawnError))
    return {
      ok: false,
      code: 'EAGAIN',
      message: `${path} could not be tried: ${result.spawnError}`,
      mountPoint,
    };
  if (!result.timedOut) return reached;
  const message = `${path} does not answer within ${timeoutMs} ms`;
  return { ok: false, code: 'ETIMEDOUT', message, mountPoint };
}

const reached = { ok: true } as const;

/** Which mount is the first on the way that need not answer; asks before each step which file system the next one touches. */
function leaves(path: string): Mount | null | 'nowhere' {
  const whole = isAbsolute(path) ? path : join(process.cwd(), path);
  const way = walk(whole);
  // All of the way that has no symlink is found in one go.
  recentMountOf(bytesOf(whole));
  let link: string | null = '';
  try {
    for (let step = way.next(); step.done !== true; step = way.next(link)) {
      const mount = recentMountOf(bytesOf(step.value));
      if (!isLocal(mount)) return mount;
      link = linkAt(step.value);
    }
  } catch (error) {
    if (!(error instanceof EndlessPath)) throw error;
  }
  return 'nowhere';
}

/** Where a symlink leads, an empty string for everything else, null for nothing. */
function linkAt(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : '';
  } catch {
    return null;
  }
}
