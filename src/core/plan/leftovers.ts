import type { Entry } from '../kernel/entry.ts';
import { compare } from './classify.ts';
import type { Desired } from './desired.ts';
import { type Handler, temporaryName } from './handler.ts';
import type { Memory } from './memory.ts';
import type { Observed } from './observed.ts';
import { isBesideName, isRemovable } from './ownership.ts';
import { takesFrom } from './shadow.ts';
import { victimsOf } from './sight.ts';
import type { Task } from './task.ts';

/** An entry of a handler in whose stead somebody else serves. */
export interface StepsAside {
  readonly entry: Entry;
  readonly key: string;
  readonly why: string;
}

/**
 * Takes away entries of ours that nothing wants any more: those that step aside, stand-ins of a crash, dropped
 * platforms, an earlier prefix. Each waits for the tasks without which its going would leave a file to nobody, or to
 * a wrong entry that it hides.
 */
export function leftovers(
  desired: Desired,
  observed: Observed,
  memory: Memory,
  tasks: readonly Task[],
  aside: readonly StepsAside[],
): Task[] {
  const going = new Map(aside.map((one) => [one.entry.name, one]));
  const wanted = new Set(desired.handlers.map((h) => h.registration.name));
  const spares = new Map(desired.handlers.map((h) => [temporaryName(h), h]));
  const takers = takersOf(tasks);
  const busy = new Set(tasks.map((t) => t.key));
  const pending = desired.handlers.filter((h) => busy.has(h.key));
  // They cannot be put right, so whatever serves in their place stays.
  const hung = desired.handlers.filter((h) => h.held === true);
  const held = [...hung, ...(desired.unready ?? [])];
  const isUnwanted = (e: Entry): boolean =>
    !wanted.has(e.name) &&
    !takers.has(e.name) &&
    !isBesideName(e.name, desired) &&
    desired.lastResorts?.has(e.name) !== true &&
    (spares.has(e.name) || isRemovable(e, desired, memory));
  const hidden = new Map<Handler, Set<Need>>();
  const found: Task[] = [];
  // From behind to the front: what serves now goes last, when what it hid is gone.
  for (const e of observed.entries.toReversed()) {
    const servesFor = (h: Handler): boolean => spares.get(e.name) === h || takesFrom(e, h);
    const one = going.get(e.name) ?? null;
    const taker = takers.get(e.name);
    const needs = new Set<Need>(taker === undefined ? [] : [taker]);
    if (one !== null || isUnwanted(e)) {
      for (const h of pending.filter(servesFor)) needs.add(h.key);
      for (const h of victimsOf(e, desired)) for (const need of hidden.get(h) ?? []) needs.add(need);
      if (one === null && held.some(servesFor)) needs.add(stays);
      if (!needs.has(stays)) found.push(removal(e, one, [...needs].filter(isKey)));
    }
    // Nobody can put it right now, so it comes to light for no file that something serves.
    if (hung.some((h) => isWrong(e, h, memory))) needs.add(stays);
    if (needs.size === 0) continue;
    for (const h of victimsOf(e, desired)) hidden.set(h, new Set([...(hidden.get(h) ?? []), ...needs]));
  }
  return found;
}

/** Whether an entry has a handler's name, serves, and is not what would be registered there. */
function isWrong(entry: Entry, handler: Handler, memory: Memory): boolean {
  return (
    entry.enabled && entry.name === handler.registration.name && compare(handler, entry, memory) !== null
  );
}

/** What an entry hides does not go before the next plan. */
const stays = Symbol('stays');

/** A task's key, or that no task of this plan helps. */
type Need = string | typeof stays;

function isKey(need: Need): need is string {
  return need !== stays;
}

/** By the name of an entry, the key of the task that takes it away. */
function takersOf(tasks: readonly Task[]): ReadonlyMap<string, string> {
  const removed = tasks.flatMap(({ key, steps }) =>
    steps.flatMap((s) => (s.action === 'remove' && key !== null ? [[s.name, key] as const] : [])),
  );
  return new Map(removed);
}

function removal({ name, id }: Entry, aside: StepsAside | null, needs: readonly string[]): Task {
  return {
    key: aside?.key ?? null,
    reason: aside === null ? 'leftover' : 'steps-aside',
    why: aside?.why ?? `${name} is not wanted any more`,
    steps: [{ action: 'remove', name, id }],
    needs,
  };
}
