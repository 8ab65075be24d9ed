import { lstatSync, readlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Outcome } from '../../core/outcome.ts';
import { done } from '../../core/outcome.ts';
import { runChild } from './child.ts';
import { isLocal } from './local.ts';
import { recentMountOf } from './mount-table.ts';
import { lacksRoom } from './shortage.ts';
import { EndlessPath, walk } from './walk.ts';

/**
 * Proves that a path can be read without hanging, before this process touches it: a thread of libuv that is stuck on
 * a dead server keeps the process from ending. Fails with ETIMEDOUT, and with EAGAIN
 * where nothing could be tried; what is merely missing is found by whoever
 * opens it. Costs a child only where the path, or a symlink on its way, leaves the local file systems.
 */
export async function reach(path: string, timeoutMs = 5000): Promise<Outcome> {
  // The kernel refuses such a path before it looks anywhere (PATH_MAX).
  if (Buffer.byteLength(path) >= 4096 || staysLocal(path)) return done;
  const result = await runChild('head', ['-c', '1', path], { timeoutMs });
  // Without a child nothing was tried, and this process must not be the one that hangs.
  if (lacksRoom(result.spawnError))
    return { ok: false, code: 'EAGAIN', message: `${path} could not be tried: ${result.spawnError}` };
  if (!result.timedOut) return done;
  return { ok: false, code: 'ETIMEDOUT', message: `${path} does not answer within ${timeoutMs} ms` };
}

/** Asks before each step which file system the next one touches. */
function staysLocal(path: string): boolean {
  const whole = isAbsolute(path) ? path : join(process.cwd(), path);
  const way = walk(whole);
  // All of the way that has no symlink is found in one go.
  recentMountOf(bytesOf(whole));
  let link: string | null = '';
  try {
    for (let step = way.next(); step.done !== true; step = way.next(link)) {
      const mount = recentMountOf(bytesOf(step.value));
      if (!isLocal(mount)) return false;
      link = linkAt(step.value);
    }
  } catch (error) {
    if (!(error instanceof EndlessPath)) throw error;
  }
  return true;
}

/** Where a symlink leads, an empty string for everything else, null for nothing. */
function linkAt(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : '';
  } catch {
    return null;
  }
}
