import type { Entry } from '../kernel/entry.ts';
import { dangerProblem } from '../native/danger-problem.ts';
import type { Problem } from '../problems.ts';
import { findHidden } from './in-front.ts';
import type { OwnerSigns } from './owner.ts';

/**
 * Finds what is wrong with entries from the entries alone, such as who stands in front of whom; what takes a look at
 * the machine comes in as `EntryFacts.found`.
 */
export type FindWrong = (
  entries: readonly Entry[],
  signs: OwnerSigns,
) => ReadonlyMap<Entry, readonly Problem[]>;

/** All of them; what each finds is told in this order. */
export const finders: readonly FindWrong[] = [findDangers, findHidden];

function findDangers(
  entries: readonly Entry[],
  { natives }: OwnerSigns,
): ReadonlyMap<Entry, readonly Problem[]> {
  return new Map(
    entries.flatMap((entry) => {
      const problem = entry.enabled ? dangerProblem(entry, natives) : null;
      return problem === null ? [] : [[entry, [problem]] as const];
    }),
  );
}
