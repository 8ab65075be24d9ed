import type { Entry } from '../core/kernel/entry.ts';
import { isRemovable } from '../core/plan/ownership.ts';
import { usualName } from '../core/plan/published.ts';
import type { Instance } from '../host/instance/instance.ts';
import type { Situation } from './prepare/situation.ts';
import type { LiveMemory } from './record/memory.ts';

/** Entries of ours, all of them or those of the handlers of some keys. */
export function belongingsOf(
  { world, repair }: Situation,
  memory: LiveMemory,
  keys: readonly string[] | 'all',
): readonly Entry[] {
  const { desired } = world;
  // An own handler has its own name, which its key with the prefix is not.
  const named = new Set(
    keys === 'all' ? [] : keys.flatMap((key) => [`${desired.prefix}${key}`, usualName(key)]),
  );
  for (const h of desired.handlers)
    if (keys !== 'all' && keys.includes(h.key)) named.add(h.registration.name);
  return repair
    .view()
    .observed.entries.filter(
      (entry) => (keys === 'all' || named.has(entry.name)) && isRemovable(entry, desired, memory),
    );
}

/** Takes them away; what somebody else registered serves again. */
export function removeBelongings(
  instance: Instance,
  situation: Situation,
  memory: LiveMemory,
  keys: readonly string[] | 'all',
): { readonly removed: readonly string[]; readonly failed: readonly string[] } {
  const removed: string[] = [];
  const failed: string[] = [];
  for (const entry of belongingsOf(situation, memory, keys)) {
    const outcome = instance.change(entry.name, '-1', entry.id);
    (outcome.ok ? removed : failed).push(entry.name);
    memory.records.delete(entry.name);
  }
  return { removed, failed };
}
