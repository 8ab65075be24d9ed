import { handlersIn, isKeptKey } from '../../core/kept/task.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { TaskResult } from '../repair/apply.ts';
import type { Repair } from '../repair/repair.ts';
import { both, earlier } from '../repair/repaired.ts';
import type { Custody } from './custody.ts';

/**
 * The same repair that looks after kept entries and aliases too, when all of ours is well; where one came back, ours are
 * put in front of it in the same turn.
 */
export function withCustody(repair: Repair, custody: Looks, aliases: Looks): Pick<Repair, 'own' | 'full'> {
  return {
    own: repair.own,
    full: (now) => {
      const ours = repair.full(now);
      const theirs = custody.look(now, repair.view);
      // What was seen before is not so any more.
      const kept = theirs.results.length > 0 ? theirs : both(theirs, aliases.look(now, repair.view));
      return kept.results.length === 0
        ? { ...ours, again: earlier(ours.again, kept.again) }
        : both(both(ours, kept), repair.full(now));
    },
  };
}

/** What looks after entries beside those of handlers. */
type Looks = Pick<Custody, 'look'>;

/** The kept entries that tasks registered, as handlers, for the canary. */
export function keptAmong(results: readonly TaskResult[]): readonly Handler[] {
  return results
    .filter((r) => isKeptKey(r.task.key ?? '') && r.registered.size > 0)
    .flatMap((r) => handlersIn(r.task).slice(0, 1));
}
