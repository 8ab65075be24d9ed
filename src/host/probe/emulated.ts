import { readdirSync, readlinkSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { errnoOf } from '../system/errno.ts';

/** Which emulators to look for. Paths are byte strings. */
export interface Emulators {
  /** A word for what runs under it, by path. */
  readonly byPath: ReadonlyMap<string, string>;
  /** Below it emulators of earlier versions run on, told by the same base name; empty where there is none. */
  readonly store: string;
}

/** As many as are looked at in one turn of the loop; each costs some 10 µs. */
const slice = 32;
const limitMs = 500;

/**
 * Counts the processes of this host by the emulator that they run under; null where some of them cannot be seen: in a
 * pid namespace of our own, without the right to look at others', or where there are too many to look at in time. The
 * link alone is read, which never touches the file system that the program lies on.
 */
export async function countEmulated(
  emulators: Emulators,
  proc = '/proc',
): Promise<ReadonlyMap<string, number> | null> {
  // PROC_PID_INIT_INO, linux/proc_ns.h
  if ((await readlink(`${proc}/self/ns/pid`).catch(() => '')) !== 'pid:[4026531836]') return null;
  const wordOf = wordsOf(emulators);
  const counts = new Map<string, number>();
  const end = performance.now() + limitMs;
  try {
    const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
    // Mounted with hidepid, /proc shows the processes of ours alone.
    if (!pids.includes('1')) return null;
    for (let at = 0; at < pids.length; at += slice) {
      for (const pid of pids.slice(at, at + slice)) {
        const word = wordOf(exeOf(`${proc}/${pid}`));
        if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1);
      }
      await turn();
      if (performance.now() > end) return null;
    }
  } catch {
    return null;
  }
  return counts;
}

/** Empty for what has ended and for threads of the kernel. */
function exeOf(process: string): string {
  try {
    return readlinkSync(`${process}/exe`, 'latin1').replace(/ \(deleted\)$/, '');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errnoOf(error))) return '';
    throw error;
  }
}

function wordsOf({ byPath, store }: Emulators): (path: string) => string | null {
  const byName = new Map([...byPath].map(([path, word]) => [basename(path), word]));
  const inside = store === '' ? null : `${store}/`;
  return (path) => {
    if (path === '') return null;
    const earlier = inside !== null && path.startsWith(inside);
    return byPath.get(path) ?? (earlier ? byName.get(basename(path)) : undefined) ?? null;
  };
}
