import type { EmulatedProcesses } from '../core/report/report.ts';
import type { EmulatedCount } from '../host/probe/facet.ts';
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
    const { byPath, platforms } = emulatorsOf(current);
    const counts = await machine.countEmulated({ byPath, store: current.world.desired.store });
    last = counts && platforms.map((platform) => ({ platform, count: counts.get(platform) ?? 0 }));
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
function emulatorsOf({ repair }: Situation) {
  const byPath = new Map<string, string>();
  const platforms = new Set<string>();
  for (const view of repair.view().handlers) {
    const platform = view.handler.platforms[0] ?? view.handler.key;
    platforms.add(platform);
    for (const path of [view.handler.registration.interpreter, servingEntry(view)?.interpreter ?? ''])
      if (path !== '' && !byPath.has(path)) byPath.set(path, platform);
  }
  return { byPath, platforms: [...platforms] };
}
