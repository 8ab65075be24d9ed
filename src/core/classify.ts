import type { Desired } from './desired.ts';
import type { Entry } from './entry.ts';
import type { Handler } from './handler.ts';
import { identify, type Memory, sameEntry } from './memory.ts';
import { isOurs } from './ownership.ts';
import { sameMatcher } from './registration.ts';
import { takesFrom } from './shadow.ts';

/** What an entry of ours is, compared with the handler that we want; the probe's part (`unverified`) comes later. */
export type EntryState = 'ok' | 'missing' | 'disabled' | 'drifted' | 'stale' | 'shadowed' | 'foreign-ok';

/** A handler's state, what differs, and the entry of somebody else that is involved. */
export interface Classified {
  readonly state: EntryState;
  readonly why: string;
  readonly entry: Entry | null;
  readonly foreign: Entry | null;
}

/** Says how things stand for one handler, given all entries in search order. */
export function classify(
  handler: Handler,
  entries: readonly Entry[],
  desired: Desired,
  memory: Memory,
): Classified {
  const at = entries.findIndex((e) => e.name === handler.registration.name);
  const entry = entries[at] ?? null;
  const front = entries
    .slice(0, at < 0 ? entries.length : at)
    .filter((e) => takesFrom(e, handler) && !isOurs(e, desired, memory));
  const foreign = front[0] ?? null;
  if (foreign !== null && serves(foreign, desired, memory)) {
    return { state: 'foreign-ok', why: `served by ${foreign.name}`, entry, foreign };
  }
  if (entry === null) return { state: 'missing', why: 'no entry', entry, foreign };
  const own = compare(handler, entry, memory);
  if (own !== null) return { ...own, entry, foreign };
  if (foreign !== null) return { state: 'shadowed', why: `${foreign.name} stands in front`, entry, foreign };
  return behind(handler, entries.slice(at + 1), entry, desired, memory);
}

/** How an entry under one of our names differs from what we registered there; null where it does not. */
export function compare(
  handler: Handler,
  entry: Entry,
  memory: Memory,
): { state: EntryState; why: string } | null {
  const { matcher, interpreter, flags } = handler.registration;
  if (entry.interpreter !== interpreter)
    return { state: 'drifted', why: `interpreter is ${entry.interpreter}` };
  if (entry.flags !== flags) return { state: 'drifted', why: `flags are ${entry.flags || 'none'}` };
  if (entry.matcher === null || !sameMatcher(entry.matcher, matcher))
    return { state: 'drifted', why: 'matches other files' };
  if (isStale(handler, entry, memory))
    return { state: 'stale', why: 'pins another file than the interpreter of that path' };
  if (!entry.enabled) return { state: 'disabled', why: '0 was written to it' };
  return null;
}

/** With `F` the kernel runs the inode that it opened at registration, whatever the path holds now. */
function isStale(handler: Handler, entry: Entry, memory: Memory): boolean {
  if (!handler.registration.flags.includes('F')) return false;
  if (memory.mistrusted.has(handler.key)) return true;
  const record = memory.records.get(entry.name);
  if (record === undefined || !sameEntry(record.id, entry.id)) return false;
  const was = record.interpreter;
  const now = handler.interpreter;
  return was !== null && now !== null && (was.dev !== now.dev || was.ino !== now.ino);
}

/** Whether policy lets an entry of somebody else serve instead of ours. */
function serves(foreign: Entry, desired: Desired, memory: Memory): boolean {
  return desired.precedence !== 'ours' && memory.verdicts.get(identify(foreign)) !== 'broken';
}

/** Under `theirs` an entry behind ours counts too, once it was seen to work: ours then steps aside. */
function behind(
  handler: Handler,
  entries: readonly Entry[],
  entry: Entry,
  desired: Desired,
  memory: Memory,
): Classified {
  const theirs =
    desired.precedence === 'theirs'
      ? entries.find(
          (e) =>
            takesFrom(e, handler) &&
            !isOurs(e, desired, memory) &&
            memory.verdicts.get(identify(e)) === 'works',
        )
      : undefined;
  if (theirs === undefined) return { state: 'ok', why: '', entry, foreign: null };
  return { state: 'foreign-ok', why: `${theirs.name} works and stands behind ours`, entry, foreign: theirs };
}
