import type { Registration } from '../../core/kernel/registration.ts';
import type { LastResort } from '../../core/last-resort/lines.ts';
import { type Judged, judgeLastResorts } from '../../core/last-resort/plan.ts';
import { type Desired, nothingDesired } from '../../core/plan/desired.ts';
import { prepare } from '../../core/plan/prepared.ts';
import type { UnservedReport } from '../../core/report/unserved.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LastResortReports } from '../../host/last-resort/facet.ts';
import type { Timed } from '../../host/system/facet.ts';
import { createRefusals } from '../kept/refusals.ts';
import type { LiveMemory } from '../record/memory.ts';
import type { Unserved } from '../record/unserved.ts';
import { applyTask, type TaskResult } from '../repair/apply.ts';
import { earlier, nothingRepaired, type Repaired } from '../repair/repaired.ts';
import { remember } from '../repair/run.ts';
import type { View } from '../repair/viewer.ts';

/** Keeps the entries of the last resort, after everything else and in front of nothing. */
export interface LastResorts {
  /** From now on these are wanted. */
  use(lines: readonly LastResort[], desired: Desired): void;
  /** Does what is due and possible now, synchronously; `again` says when more may be due. */
  look(now: number, view: () => View): Repaired;
  /** What their program told; null where none is wanted. */
  report(): UnservedReport | null;
  close(): void;
}

/** What they need; `isBarred`: native programs did not start beside this line. */
export interface LastResortsParts {
  readonly instance: Instance;
  readonly memory: LiveMemory;
  readonly isBarred: (registration: Registration) => boolean;
  readonly machine: Timed & LastResortReports;
  readonly unserved: Unserved;
}

/** What somebody else deletes again and again comes back this often, milliseconds: nobody is to be fought for it. */
const paceMs = 2000;

/** None is wanted yet. */
export function createLastResorts(parts: LastResortsParts): LastResorts {
  const { instance, memory, isBarred, unserved } = parts;
  const refusals = createRefusals();
  const ears = createEars(parts);
  const writtenAt = new Map<string, number>();
  let lines: readonly LastResort[] = [];
  let desired = nothingDesired;

  /** Against all entries; none while some of them were not read yet, for any may be one in front of which it would stand. */
  const judged = ({ observed }: View): readonly Judged[] =>
    observed.unfinished === true
      ? []
      : judgeLastResorts(lines, observed.all ?? observed.entries, desired, memory);

  return {
    use(next, nextDesired) {
      lines = next;
      desired = nextDesired;
      ears.use(new Set(next.map((one) => one.handler.registration.interpreter)));
      refusals.clear();
      writtenAt.clear();
    },
    look(now, view) {
      if (lines.length === 0) return nothingRepaired;
      let again: number | null = null;
      const due = judged(view()).flatMap(({ task, of }) => {
        const { registration } = of.handler;
        if (task === null || isBarred(registration)) return [];
        const { name } = registration;
        const last = writtenAt.get(name);
        const goes = task.reason === 'steps-aside';
        const from = Math.max(last === undefined || goes ? now : last + paceMs, refusals.until(name));
        if (from > now) again = earlier(again, from - now);
        return from > now ? [] : [{ task, of, name }];
      });
      if (due.length === 0) return { results: [], again };
      const results = instance.batch(() =>
        due.map(({ task, of, name }): TaskResult => {
          const result = applyTask(instance, task, new Map([[of.handler.key, prepare(of.handler)]]));
          remember(result, memory);
          writtenAt.set(name, now);
          again = earlier(again, refusals.note(name, result, now));
          return result;
        }),
      );
      return { results, again };
    },
    report: () =>
      lines.length === 0
        ? null
        : { listening: ears.listening(), counts: unserved.counts(), recent: unserved.recent() },
    close: () => ears.use(new Set()),
  };
}

/** Hears the programs at some paths, and no others. */
function createEars({ machine, unserved }: LastResortsParts) {
  const stops = new Map<string, () => void>();
  let wanted: ReadonlySet<string> = new Set();
  return {
    use(paths: ReadonlySet<string>): void {
      wanted = paths;
      for (const [path, stop] of stops) {
        if (paths.has(path)) continue;
        stop();
        stops.delete(path);
      }
      for (const path of paths) {
        if (stops.has(path)) continue;
        const stop = machine.listenLastResort(path, (heard) =>
          unserved.add({ at: machine.clock.wall(), ...heard }),
        );
        if (stop !== null) stops.set(path, stop);
      }
    },
    listening: () => [...wanted].every((path) => stops.has(path)),
  };
}
