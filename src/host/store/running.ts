import { readdir, readlink, stat } from 'node:fs/promises';
import type { RunningProcess } from '../../core/store/uses.ts';
import { errnoOf } from '../system/errno.ts';
import { hasHostPids } from '../system/identity.ts';

/**
 * Processes whose program is called like a stored interpreter, by whatever path it is reached in their mount namespace; `why`
 * where some process hides what it runs, or all of those outside of our own pid namespace.
 */
export async function storedPrograms(): Promise<
  | { readonly ok: true; readonly processes: readonly RunningProcess[] }
  | { readonly ok: false; readonly why: string }
> {
  if (!hasHostPids())
    return { ok: false, why: 'this is a pid namespace of its own: processes of the host are hidden' };
  const processes: RunningProcess[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      const path = await readlink(`/proc/${pid}/exe`);
      if (!storedName.test(path)) continue;
      // The link leads to the very inode, also where its name is gone.
      const { dev, ino } = await stat(`/proc/${pid}/exe`);
      processes.push({ pid: Number(pid), dev, ino });
    } catch (error) {
      // ENOENT: it has ended, or is a thread of the kernel.
      if (['ENOENT', 'ESRCH'].includes(errnoOf(error))) continue;
      return { ok: false, why: `what process ${pid} runs is hidden (${errnoOf(error)})` };
    }
  }
  return { ok: true, processes };
}

const storedName = /\/[0-9a-f]{16}\/[^/]+$/;
