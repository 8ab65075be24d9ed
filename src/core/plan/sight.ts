import type { Entry } from '../kernel/entry.ts';
import type { Desired } from './desired.ts';
import type { Handler } from './handler.ts';
import { createVictimFinder } from './victims.ts';

/** What is asked of the same entries for one handler after another, worked out once. */
export interface Sight {
  /** Where each name stands in the search order; 0 is looked at first. */
  readonly places: ReadonlyMap<string, number>;
  /** The entries, in search order, that take files from a handler. */
  readonly takers: ReadonlyMap<Handler, readonly Entry[]>;
}

/** The sight of some entries for a desired state, kept as long as that list of entries is: neither ever changes. */
export function sightOf(entries: readonly Entry[], desired: Desired): Sight {
  const kept = sights.get(entries);
  if (kept?.desired === desired) return kept.sight;
  const takers = new Map<Handler, Entry[]>();
  for (const entry of entries) {
    for (const handler of victimsOf(entry, desired)) {
      const list = takers.get(handler);
      if (list === undefined) takers.set(handler, [entry]);
      else list.push(entry);
    }
  }
  const sight = { places: new Map(entries.map((e, at) => [e.name, at])), takers };
  sights.set(entries, { desired, sight });
  return sight;
}

/** The handlers of a desired state that an entry takes files from. */
export function victimsOf(entry: Entry, desired: Desired): readonly Handler[] {
  const find = findersOf.get(desired) ?? createVictimFinder(desired.handlers);
  findersOf.set(desired, find);
  return find(entry);
}

const sights = new WeakMap<readonly Entry[], { readonly desired: Desired; readonly sight: Sight }>();
const findersOf = new WeakMap<Desired, (entry: Entry) => readonly Handler[]>();
