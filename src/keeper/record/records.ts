import { renderEntry } from '../../core/kernel/entry.ts';
import type { StateFile } from '../../host/files/facet.ts';
import type { Cancel } from '../../host/system/clock.ts';
import type { Timed } from '../../host/system/facet.ts';
import type { LiveMemory } from './memory.ts';
import type { ProblemBoard } from './problem-board.ts';

/** What it uses of the machine. */
type Host = Timed & StateFile;

/** Writes down which registrations are ours, beside repair and never in its way. */
export interface Records {
  /** Soon, together with what else changes until then. */
  save(): void;
  saveNow(): Promise<void>;
}

const pause = 50;
/** Nobody moves it more often in one boot. */
const mostStores = 16;

/** Records of one boot in a run directory; `tried` are the lines that the canary has passed. */
export function createRecords(
  machine: Host,
  dir: string,
  bootId: string,
  memory: LiveMemory,
  tried: () => readonly string[],
  board: ProblemBoard,
): Records {
  let later: Cancel | null = null;
  const saveNow = async (): Promise<void> => {
    later?.();
    later = null;
    const entries = [...memory.records].map(([name, { id, interpreter }]) => ({
      name,
      ...id,
      interpreter: interpreter === null ? null : { path: '', ...interpreter },
    }));
    const adopted = [...memory.adopted].map(([name, { registration, behind }]) => ({
      name,
      text: renderEntry(registration, true),
      behind: [...behind],
    }));
    const outcome = await machine.saveState(dir, {
      ...{ schema: 1 as const, bootId, entries, canary: tried(), adopted },
      stores: [...memory.stores].slice(-mostStores),
    });
    board.set('state-unwritable', dir, outcome.ok ? null : `cannot be written: ${outcome.message}`);
  };
  return {
    save() {
      later ??= machine.clock.after(pause, () => void saveNow());
    },
    saveNow,
  };
}
