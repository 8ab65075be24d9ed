import type { Entry } from '../kernel/entry.ts';
import { type Classified, compare } from '../plan/classify.ts';
import { registrationOf, sameRegistration } from '../plan/custody.ts';
import type { Desired } from '../plan/desired.ts';
import type { Handler } from '../plan/handler.ts';
import type { Memory } from '../plan/memory.ts';
import { isOurs, ownerOf } from '../plan/ownership.ts';
import { feasible, taskFor } from '../plan/plan.ts';
import { usualRegistration } from '../plan/published.ts';
import type { Task } from '../plan/task.ts';

/**
 * The second entries of platforms, `qemu-aarch64` beside `keeper-aarch64`: the same interpreter and flags under the
 * name and with the very bytes that other tools look for. A handler that another of ours must stand in front of has none:
 * the kernel puts what is registered last before all others, so it would take that one's files for a moment. `kept`:
 * names of others that we keep for them.
 */
export function aliasesOf(
  desired: Desired,
  better: ReadonlyMap<string, readonly Handler[]>,
  kept: ReadonlySet<string> = new Set(),
): readonly Handler[] {
  return desired.handlers.flatMap((handler) => {
    const registration = usualRegistration(handler, desired);
    if (registration === null || (better.get(handler.key) ?? []).length > 0) return [];
    const { name } = registration;
    const isOther = ownerOf(name, desired) !== null || kept.has(name) || desired.adopted.has(name);
    // Whatever has our prefix and nothing wants is a leftover.
    const isReserved = desired.prefix !== '' && name.startsWith(desired.prefix);
    return isOther || isReserved ? [] : [{ ...handler, key: aliasKey(handler.key), registration }];
  });
}

/** What is done for an alias is told apart from its handler's own tasks by this key. */
export function aliasKey(key: string): string {
  return `alias:${key}`;
}

/** Whether a key is that of an alias. */
export function isAliasKey(key: string | null): boolean {
  return key?.startsWith(aliasKey('')) ?? false;
}

/** What lies under the name of an alias, and how its handler stands. */
export interface AliasScene {
  readonly entry: Entry | null;
  /** Under the name of its stand-in, which a crash left. */
  readonly standIn: Entry | null;
  readonly of: Pick<Classified, 'state' | 'needless'>;
  /** Somebody else's that stands between the handler's entry and its alias, which then is no spare. */
  readonly shadow: Entry | null;
}

/**
 * What is to be done for an alias, once everybody was quiet for long enough. Nothing that somebody else registered is
 * touched. It follows its handler: where another one serves by right, an alias that came now would stand in front of it.
 */
export function aliasTask(
  alias: Handler,
  { entry, standIn, of, shadow }: AliasScene,
  desired: Desired,
  memory: Memory,
): Task | null {
  // Nobody else registers our very line under the name of a stand-in.
  const isLeft = standIn !== null && (isOurs(standIn, desired, memory) || isLineOf(alias, standIn));
  const left = isLeft ? { entry: standIn, inFront: false } : null;
  const tidy = left && tidied(alias, left.entry);
  if (entry !== null && !isOurs(entry, desired, memory)) return tidy;
  const { name } = alias.registration;
  if (of.needless) {
    if (entry === null) return null;
    const steps = [{ action: 'remove', name, id: entry.id }] as const;
    return { key: alias.key, reason: 'steps-aside', why: 'somebody else serves', steps, needs: [] };
  }
  if (of.state !== 'ok') return null;
  const found = differenceOf(alias, entry, shadow, memory);
  if (found === null) return tidy;
  const common = { entry, foreign: shadow, needless: false, taken: false };
  return feasible(taskFor(alias, { ...found, ...common }, left), alias);
}

function isLineOf({ registration }: Handler, standIn: Entry): boolean {
  const seen = registrationOf(standIn.name, standIn);
  return seen !== null && sameRegistration(seen, registration);
}

function tidied({ key }: Handler, { name, id }: Entry): Task {
  const why = `${name} is not wanted any more`;
  return { key, reason: 'leftover', why, steps: [{ action: 'remove', name, id }], needs: [] };
}

function differenceOf(
  alias: Handler,
  entry: Entry | null,
  shadow: Entry | null,
  memory: Memory,
): Pick<Classified, 'state' | 'why'> | null {
  if (entry === null) return { state: 'missing', why: 'no entry' };
  const found = compare(alias, entry, memory);
  if (found !== null || shadow === null) return found;
  return { state: 'shadowed', why: `${shadow.name} stands in front` };
}

/** How an alias stands; `theirs`: somebody else has the name. */
export type AliasState = 'ok' | 'missing' | 'disabled' | 'drifted' | 'theirs';

/** Tells it from what lies under the name. */
export function aliasState(
  alias: Handler,
  entry: Entry | null,
  desired: Desired,
  memory: Memory,
): AliasState {
  if (entry === null) return 'missing';
  const found = compare(alias, entry, memory);
  if (found === null) return 'ok';
  if (!isOurs(entry, desired, memory)) return 'theirs';
  return found.state === 'disabled' ? 'disabled' : 'drifted';
}
