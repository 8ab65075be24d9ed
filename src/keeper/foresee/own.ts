import { ailmentProblem, faultOf, type Surroundings } from '../../core/entries/ailment.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import type { Problem } from '../../core/problems.ts';
import type { Programs } from '../../host/programs/facet.ts';
import type { World } from '../prepare/world.ts';

/** What would be wrong with the interpreters of own handlers that preparation lets pass, once they are registered. */
export async function foreseeOwn(
  machine: Programs,
  { desired }: Pick<World, 'desired'>,
  around: Omit<Surroundings, 'entries'>,
  entries: readonly Entry[],
): Promise<readonly Problem[]> {
  const own = desired.handlers.filter(({ key }) => architectureOf(key) === undefined);
  const sights = await machine.lookAtPrograms(
    own.map((h) => h.registration.interpreter),
    'ours',
  );
  return own.flatMap(({ registration }) => {
    const sight = sights.get(registration.interpreter);
    const fault = sight === undefined ? null : faultOf(registration, sight, { ...around, entries });
    return fault === null ? [] : [ailmentProblem(registration.name, fault)];
  });
}
