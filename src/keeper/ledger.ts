import { usualHere } from '../core/text/typed.ts';
import { createHealLog, type HealLog } from './heal-log.ts';
import type { KeeperParts } from './parts.ts';
import { type CanaryWatch, createCanaryWatch } from './prove/canary.ts';
import { type Availability, createAvailability } from './record/availability.ts';
import { createHistory, type History } from './record/history.ts';
import { createHistoryFile, readHistory } from './record/history-file.ts';
import type { LiveMemory } from './record/memory.ts';
import { createProblemBoard, type ProblemBoard } from './record/problem-board.ts';
import { createRecords, type Records } from './record/records.ts';
import { openMemory, readMemory } from './record/remembered.ts';
import { type Counters, createCounters } from './record/totals.ts';
import { createUnserved, type Unserved } from './record/unserved.ts';
import { createSignal } from './signal.ts';

/** Everything that a keeper writes down, counts and tells of its own accord. */
export interface Ledger {
  readonly board: ProblemBoard;
  readonly memory: LiveMemory;
  /** Knows the lines beside which native programs ran on this boot, which the records keep. */
  readonly canaries: CanaryWatch;
  readonly records: Records;
  readonly history: History;
  readonly availability: Availability;
  readonly unserved: Unserved;
  readonly counters: Counters;
  readonly healLog: HealLog;
  /** Writes what waits; the records only where `all`. */
  close(all: boolean): Promise<void>;
}

/** Opens what an earlier daemon of this boot left in the run directory; `changed` is called when a problem comes or goes. */
export async function openLedger(
  { machine, instance, logger, here = usualHere, probeFault = null, passive }: KeeperParts,
  dir: string,
  changed: () => void,
): Promise<Ledger> {
  const { clock } = machine;
  const bootId = machine.bootId();
  const board = createProblemBoard(logger, changed, here);
  board.set('probe-unwritable', 'probes', probeFault);
  const remember =
    passive === true ? readMemory(machine, dir, bootId) : openMemory(machine, dir, bootId, board);
  const { memory, canary } = await remember;
  const canaries = createCanaryWatch(machine, instance, memory, canary);
  const records = createRecords(machine, dir, bootId, memory, canaries.tried, board);
  const before = await readHistory(machine, dir, bootId);
  const happened = createSignal();
  const history = createHistory(before.heals, happened.tell);
  const availability = createAvailability(clock, new Map(before.lost), happened.tell);
  const unserved = createUnserved(before.unserved, () => {
    happened.tell();
    changed();
  });
  const file = createHistoryFile(
    machine,
    dir,
    bootId,
    () => ({
      heals: history.recent(),
      lost: [...availability.losses()],
      unserved: unserved.recent(),
    }),
    (why) => board.set('state-unwritable', 'history.json', why),
  );
  happened.hear(file.save);
  const counters = createCounters(clock);
  const healLog = createHealLog(logger, clock, { history, board, counters, availability });
  return {
    ...{ board, memory, canaries, records, history, availability, unserved, counters, healLog },
    async close(all) {
      healLog.flush();
      if (all) await records.saveNow();
      await file.saveNow();
    },
  };
}
