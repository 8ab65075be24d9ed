import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../files/atomic-file.ts';
import { errnoOf } from '../system/errno.ts';
import { hasHostPids } from '../system/identity.ts';
import { inspectDirectory } from './directory.ts';

/**
 * Stored interpreters that a process may be running: those that are running, where every process of the host can be
 * seen, and otherwise all that were `registered` on this boot, which is written down in the store for that purpose.
 */
export async function interpretersInUse(
  dir: string,
  bootId: string,
  registered: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await inspectDirectory(dir);
  if (found !== null && found !== 'absent' && found.code === 'store-untrusted') return everything;
  const before = new Set(await readUsed(join(dir, usedName), bootId));
  const used = new Set([...before, ...registered]);
  if (used.size > before.size) {
    const text = `${JSON.stringify({ schema: 1, bootId, paths: [...used] }, null, 1)}\n`;
    const written = await writeAtomic(join(dir, usedName), text, 0o644, { fsync: false });
    // What cannot be remembered must not be forgotten either: a full store keeps everything.
    if (!written.ok) return everything;
  }
  const running = await runningFrom(dir);
  return running === null ? used : new Set([...registered, ...running]);
}

const usedName = 'used.json';

/** Stands for a set that has every path. */
const everything: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true });

async function readUsed(path: string, bootId: string): Promise<readonly string[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('paths' in value) || !('bootId' in value)) return [];
    // No process lives through a boot.
    if (value.bootId !== bootId || !Array.isArray(value.paths)) return [];
    return value.paths.filter((one) => typeof one === 'string');
  } catch {
    return [];
  }
}

/** Null where some process hides what it runs, or all of those outside of our own pid namespace. */
async function runningFrom(dir: string): Promise<readonly string[] | null> {
  if (!hasHostPids()) return null;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found: string[] = [];
  for (const pid of pids) {
    try {
      const path = (await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
      if (path.startsWith(`${dir}/`)) found.push(path);
    } catch (error) {
      // ENOENT: it has ended, or is a thread of the kernel.
      if (!['ENOENT', 'ESRCH'].includes(errnoOf(error))) return null;
    }
  }
  return found;
}
