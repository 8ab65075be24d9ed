import type { Entry } from '../kernel/entry.ts';
import type { Desired } from './desired.ts';
import { type Handler, temporaryName } from './handler.ts';
import { type Memory, sameEntry } from './memory.ts';

/**
 * Whether an entry was made by us: its interpreter lies in a store of ours, or we recorded this very registration. The
 * only place that may call something ours; text alone proves nothing, since anybody can register the same line.
 */
export function isOurs(entry: Entry, desired: Desired, memory: Memory): boolean {
  if (isStored(entry.interpreter, desired.store, memory)) return true;
  const record = memory.records.get(entry.name);
  return record !== undefined && sameEntry(record.id, entry.id);
}

/** Whether an interpreter lies in our store, or in one that was ours before `interpreters.store` was changed. */
export function isStored(interpreter: string, store: string, { stores }: Pick<Memory, 'stores'>): boolean {
  return [store, ...stores].some((one) => one !== '' && interpreter.startsWith(`${one}/`));
}

/**
 * Whether we may take an entry away although nothing wants it: it must be ours and bear a name of ours, one that we
 * published or that of its stand-in, or be recorded. Other lines with our interpreters are left alone: a one-shot of ours may have made them.
 */
export function isRemovable(entry: Entry, desired: Desired, memory: Memory): boolean {
  if (!isOurs(entry, desired, memory)) return false;
  const published = desired.published.get(entry.name.replace(/\.next$/, ''));
  if (published === 'wanted' || published === 'withdrawn') return true;
  if (desired.prefix !== '' && entry.name.startsWith(desired.prefix)) return true;
  const record = memory.records.get(entry.name);
  return record !== undefined && sameEntry(record.id, entry.id);
}

/** Whether an entry of ours may stand under a name beside that of its handler. */
export function isBesideName(name: string, { published }: Desired): boolean {
  const state = published.get(name);
  return state === 'wanted' || state === 'alias';
}

/**
 * The handler for which a name is reserved, its own or that of its stand-in: what is found there is put right or
 * taken away.
 */
export function ownerOf(name: string, desired: Desired): Handler | null {
  let owners = ownersOf.get(desired);
  if (owners === undefined) {
    // In reverse, so that the first handler of a name has it.
    const handlers = desired.handlers.toReversed();
    const spares = handlers.map((h): [string, Handler] => [temporaryName(h), h]);
    owners = new Map([...spares, ...handlers.map((h): [string, Handler] => [h.registration.name, h])]);
    ownersOf.set(desired, owners);
  }
  return owners.get(name) ?? null;
}

/** Asked for every entry of each pass; without it 200 handlers and 1000 entries cost 200,000 comparisons. */
const ownersOf = new WeakMap<Desired, ReadonlyMap<string, Handler>>();
