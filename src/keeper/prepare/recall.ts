import type { Entry } from '../../core/kernel/entry.ts';
import { type Registration, sameMatcher } from '../../core/kernel/registration.ts';
import { registrationOf, sameRegistration } from '../../core/plan/custody.ts';
import { type Handler, type InterpreterIdentity, temporaryName } from '../../core/plan/handler.ts';
import { sameEntry } from '../../core/plan/memory.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { toEntry } from '../repair/observe.ts';

/** An entry of ours that is there, as it was registered, and the file that it pins. */
export interface Recalled {
  readonly registration: Registration;
  readonly interpreter: InterpreterIdentity | null;
}

/** What names are ours, and which of them other handlers want. */
export interface Claims {
  /** Of entries whose interpreter lies in the store, those with this prefix; may be empty. */
  readonly prefix: string;
  readonly store: string;
  readonly taken: ReadonlySet<string>;
}

/** Finds what we registered for the files of a handler: under its name, its stand-in's, or that of an earlier prefix. */
export type Recall = (wanted: Handler, claims: Claims) => Recalled | null;

/** Looks in an instance for what still serves there. */
export function createRecall(instance: Instance, memory: LiveMemory): Recall {
  const read = (name: string): Entry | null => {
    const raw = instance.read(name);
    return raw && toEntry(name, raw);
  };
  return (wanted, claims) => {
    const { name } = wanted.registration;
    const spare = temporaryName(wanted);
    const mine = (entry: string): boolean =>
      memory.records.has(entry) || (claims.prefix !== '' && entry.startsWith(claims.prefix));
    const others = (): readonly string[] =>
      instance.names().filter((one) => mine(one) && !claims.taken.has(one) && !one.endsWith('.next'));
    for (const found of [name, spare, ...others()]) {
      const entry = read(found);
      if (entry === null || !isOurs(entry, memory, claims)) continue;
      const registration = registrationOf(found === spare ? name : found, entry);
      if (registration === null || !mayStandIn(registration, wanted.registration)) continue;
      return { registration, interpreter: memory.records.get(found)?.interpreter ?? null };
    }
    return null;
  };
}

function isOurs(entry: Entry, memory: LiveMemory, { prefix, store }: Claims): boolean {
  const record = memory.records.get(entry.name);
  if (record !== undefined) return sameEntry(record.id, entry.id);
  return prefix !== '' && entry.name.startsWith(prefix) && entry.interpreter.startsWith(`${store}/`);
}

/**
 * What serves now in the place of handlers whose lines are new. Where native programs fail after the new one came, it
 * goes on while they are tried without.
 */
export function servedBefore(
  handlers: readonly Handler[],
  recalled: (wanted: Handler) => Recalled | null,
): ReadonlyMap<string, Handler> {
  const before = new Map<string, Handler>();
  for (const handler of handlers) {
    const there = recalled(handler);
    if (there === null || there.registration.name !== handler.registration.name) continue;
    if (sameRegistration(there.registration, handler.registration)) continue;
    before.set(handler.key, { ...handler, ...there });
  }
  return before;
}

/** Whether an entry may serve for a line that is wanted: the same files, and no credentials that were taken away. */
function mayStandIn(there: Registration, wanted: Registration): boolean {
  if (there.flags.includes('C') && !wanted.flags.includes('C')) return false;
  return sameMatcher(there.matcher, wanted.matcher);
}
