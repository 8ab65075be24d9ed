import { inTurn } from '../../core/in-turn.ts';
import { type Chronicle, parseChronicle, printChronicle } from '../../core/report/history-file.ts';
import type { Machine } from '../../host/machine.ts';

/** Losses and heals of this boot, written beside repair so that the next daemon can tell of them. */
export interface HistoryFile {
  /** What an earlier daemon left. */
  readonly before: Chronicle;
  /** Soon, together with what else happens until then. */
  save(): void;
  /** At once, where something waits to be written. */
  saveNow(): Promise<void>;
}

const fileName = 'history.json';
/** Entries that are lost ten times a second need not be written down as often. */
const pauseMs = 1000;

/** Reads what lies in the run directory, unless others can write there; `now` is what is to be written. */
export async function openHistoryFile(
  machine: Pick<Machine, 'inspectRunDirectory' | 'readFile' | 'saveFile'>,
  dir: string,
  bootId: string,
  now: () => Chronicle,
  failed: (why: string | null) => void,
): Promise<HistoryFile> {
  const trusted = await machine.inspectRunDirectory(dir);
  const before = parseChronicle(trusted.ok ? await machine.readFile(`${dir}/${fileName}`) : null, bootId);
  let timer: NodeJS.Timeout | null = null;
  // One after the other, or the older one could come to lie over the newer one.
  const queue = inTurn();
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const saved = await machine.saveFile(dir, fileName, printChronicle(now(), bootId), 0o600);
    failed(saved.ok ? null : `cannot be written: ${saved.message}`);
  };

  const saveNow = (): Promise<void> => {
    if (timer !== null) {
      clearTimeout(timer);
      timer = null;
      writing = queue(write);
    }
    return writing;
  };

  return {
    before,
    save() {
      timer ??= setTimeout(() => void saveNow(), pauseMs);
    },
    saveNow,
  };
}
