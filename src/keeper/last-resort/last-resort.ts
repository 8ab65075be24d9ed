import type { Registration } from '../../core/kernel/registration.ts';
import type { LastResort } from '../../core/last-resort/lines.ts';
import { type Judged, judgeLastResorts } from '../../core/last-resort/plan.ts';
import { type Desired, nothingDesired } from '../../core/plan/desired.ts';
import { prepare } from '../../core/plan/prepared.ts';
import type { Instance } from '../../host/instance/instance.ts';
import { createRefusals } from '../kept/refusals.ts';
import type { LiveMemory } from '../record/memory.ts';
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
  /** How they stand, by target. */
  view(view: View): ReadonlyMap<string, Judged>;
}

/** What they need; `isBarred`: native programs did not start beside this line. */
export interface LastResortsParts {
  readonly instance: Instance;
  readonly memory: LiveMemory;
  readonly isBarred: (registration: Registration) => boolean;
}

/** What somebody else deletes again and again comes back this often, milliseconds: nobody is to be fought for it. */
const paceMs = 2000;

/** None is wanted yet. */
export function createLastResorts({ instance, memory, isBarred }: LastResortsParts): LastResorts {
  const refusals = createRefusals();
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
    view: (seen) => new Map(judged(seen).map((one) => [one.of.target, one])),
  };
}
