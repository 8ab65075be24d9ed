import { handlersIn } from '../../core/kept/task.ts';
import { isBeside } from '../../core/last-resort/beside.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { TaskResult } from '../repair/apply.ts';
import type { Repair } from '../repair/repair.ts';
import { both, earlier } from '../repair/repaired.ts';
import type { Custody } from './custody.ts';

/**
 * The same repair that looks after kept entries, aliases and the last resort too, when all of ours is well; where one came back, ours are
 * put in front of it in the same turn.
 */
export function withCustody(
  repair: Repair,
  custody: Looks,
  aliases: Looks,
  lastResorts: Looks,
): Pick<Repair, 'own' | 'full'> {
  return {
    own: repair.own,
    full: (now) => {
      const ours = repair.full(now);
      const theirs = custody.look(now, repair.view);
      // What was seen before is not so any more.
      const beside = theirs.results.length > 0 ? theirs : both(theirs, aliases.look(now, repair.view));
      const kept = beside.results.length > 0 ? beside : both(beside, lastResorts.look(now, repair.view));
      return kept.results.length === 0
        ? { ...ours, again: earlier(ours.again, kept.again) }
        : both(both(ours, kept), repair.full(now));
    },
  };
}

/** What looks after entries beside those of handlers. */
type Looks = Pick<Custody, 'look'>;

/** The entries beside those of handlers that tasks registered, as handlers, for the canary. */
export function keptAmong(results: readonly TaskResult[]): readonly Handler[] {
  return results
    .filter((r) => isBeside(r.task.key ?? '') && r.registered.size > 0)
    .flatMap((r) => handlersIn(r.task).slice(0, 1));
}
