import { type HandlerFile, knownEmulators } from '../core/ps/known.ts';
import type { EmulatedProcesses } from '../core/report/report.ts';
import type { EmulatedCount } from '../host/processes/facet.ts';
import type { Timed } from '../host/system/facet.ts';
import { type Situation, servingEntry } from './prepare/situation.ts';

/** What it uses of the machine. */
type Host = Timed & EmulatedCount;

/** How many processes run under emulation, counted when somebody wants to know and at most every 10 s. */
export interface Census {
  /** Counts again where the last count is too old; resolves when there is one, and never fails. */
  refresh(): Promise<void>;
  /** null where nobody asked yet, or the processes of the host cannot be seen. */
  read(): readonly EmulatedProcesses[] | null;
}

const freshMs = 10_000;

/** Makes one that has not counted. */
export function createCensus(machine: Host, situation: () => Situation): Census {
  let last: readonly EmulatedProcesses[] | null = null;
  let countedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  const count = async (): Promise<void> => {
    const current = situation();
    const handlers = filesOf(current);
    const { all, entries } = current.repair.view().observed;
    const known = knownEmulators(all ?? entries, handlers, current.world.desired.store);
    const counts = await machine.countEmulated(known);
    const platforms = new Set([...handlers.map(({ platform }) => platform), ...(counts?.keys() ?? [])]);
    last = counts && [...platforms].map((platform) => ({ platform, count: counts.get(platform) ?? 0 }));
    countedAt = machine.clock.now();
  };

  return {
    async refresh() {
      if (machine.clock.now() - countedAt < freshMs) return;
      running ??= count().finally(() => {
        running = null;
      });
      await running;
    },
    read: () => last,
  };
}

/** What may run now: what serves, and ours where somebody else's serves. */
function filesOf({ repair }: Situation): readonly HandlerFile[] {
  return repair.view().handlers.flatMap((view) => {
    const { platforms, key, registration } = view.handler;
    const platform = platforms[0] ?? key;
    const serving = servingEntry(view);
    return [...(serving === null ? [] : [serving]), registration].map(({ interpreter, flags }) => ({
      ...{ interpreter, flags, platform },
    }));
  });
}
