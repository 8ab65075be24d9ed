import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { emulatorAt, type KnownEmulators } from '../../core/ps/emulator.ts';
import { programOf } from './proc-files.ts';
import { processSight } from './sight.ts';

/** As many as are looked at in one turn of the loop; each costs some 10 µs. */
const slice = 32;
const limitMs = 500;

/**
 * Counts the processes of this host by the platform that is emulated; null where some of them cannot be seen: in a
 * pid namespace of our own, without the right to look at others', or where there are too many to look at in time.
 */
export async function countEmulated(
  known: KnownEmulators,
  proc = '/proc',
): Promise<ReadonlyMap<string, number> | null> {
  const counts = new Map<string, number>();
  const end = performance.now() + limitMs;
  try {
    const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
    if (!processSight(proc, pids).whole) return null;
    for (let at = 0; at < pids.length; at += slice) {
      for (const pid of pids.slice(at, at + slice)) {
        const program = programOf(`${proc}/${pid}`);
        if (program.kind === 'hidden') return null;
        const word = program.kind === 'file' ? (emulatorAt(program.path, known)?.platform ?? null) : null;
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
