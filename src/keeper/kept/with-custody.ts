import { handlersIn, isKeptKey } from '../../core/kept/task.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { TaskResult } from '../repair/apply.ts';
import type { Repair } from '../repair/repair.ts';
import { both, earlier } from '../repair/repaired.ts';
import type { Custody } from './custody.ts';

/** The same repair that looks after kept entries too; where one came back, ours are put in front of it in the same turn. */
export function withCustody(repair: Repair, custody: Custody): Pick<Repair, 'own' | 'full'> {
  return {
    own: repair.own,
    full: (now) => {
      const ours = repair.full(now);
      const kept = custody.look(now, repair.view);
      return kept.results.length === 0
        ? { ...ours, again: earlier(ours.again, kept.again) }
        : both(both(ours, kept), repair.full(now));
    },
  };
}

/** The kept entries that tasks registered, as handlers, for the canary. */
export function keptAmong(results: readonly TaskResult[]): readonly Handler[] {
  return results
    .filter((r) => isKeptKey(r.task.key ?? '') && r.registered.size > 0)
    .flatMap((r) => handlersIn(r.task).slice(0, 1));
}
