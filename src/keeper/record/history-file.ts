import { inTurn } from '../../core/in-turn.ts';
import { type Chronicle, parseChronicle, printChronicle } from '../../core/report/history-file.ts';
import type { RunReads, RunWrites } from '../../host/files/facet.ts';
import type { Cancel } from '../../host/system/clock.ts';
import type { Timed } from '../../host/system/facet.ts';

/** Losses and heals of this boot, written beside repair so that the next daemon can tell of them. */
export interface HistoryFile {
  /** Soon, together with what else happens until then. */
  save(): void;
  /** At once, where something waits to be written. */
  saveNow(): Promise<void>;
}

const fileName = 'history.json';
/** Entries that are lost ten times a second need not be written down as often. */
const pauseMs = 1000;

/** What an earlier daemon left in the run directory, unless others can write there. */
export async function readHistory(machine: RunReads, dir: string, bootId: string): Promise<Chronicle> {
  const trusted = await machine.inspectRunDirectory(dir);
  return parseChronicle(trusted.ok ? await machine.readFile(`${dir}/${fileName}`) : null, bootId);
}

/** Makes the file of this daemon; `now` is what is to be written. */
export function createHistoryFile(
  machine: RunWrites & Timed,
  dir: string,
  bootId: string,
  now: () => Chronicle,
  failed: (why: string | null) => void,
): HistoryFile {
  let later: Cancel | null = null;
  // One after the other, or the older one could come to lie over the newer one.
  const queue = inTurn();
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const saved = await machine.saveFile(dir, fileName, printChronicle(now(), bootId), 0o600);
    failed(saved.ok ? null : `cannot be written: ${saved.message}`);
  };

  const saveNow = (): Promise<void> => {
    if (later !== null) {
      later();
      later = null;
      writing = queue(write);
    }
    return writing;
  };

  return {
    save() {
      later ??= machine.clock.after(pauseMs, () => void saveNow());
    },
    saveNow,
  };
}
