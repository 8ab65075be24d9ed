import type { Desired } from './desired.ts';
import type { Entry, EntryId } from './entry.ts';
import type { Handler } from './handler.ts';
import { identify, type Memory, sameEntry } from './memory.ts';
import { isOurs, isRemovable, isReserved } from './ownership.ts';
import { sameMatcher } from './registration.ts';
import { type Coverage, coverage, takesFrom } from './shadow.ts';

/** What an entry of ours is, compared with the handler that we want; the probe's part (`unverified`) comes later. */
export type EntryState = 'ok' | 'missing' | 'disabled' | 'drifted' | 'stale' | 'shadowed' | 'foreign-ok';

/** A handler's state, what differs, and the entry of somebody else that is involved. */
export interface Classified {
  readonly state: EntryState;
  readonly why: string;
  readonly entry: Entry | null;
  readonly foreign: Entry | null;
  /** Others serve all its files and were seen to work: under `theirs` our entry has no place. */
  readonly needless: boolean;
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
  const own = entry === null ? null : compare(handler, entry, memory);
  const others = (from: number, to: number): Coverage =>
    coverage(
      handler,
      entries.slice(from, to).filter((e) => counts(e, handler, desired, memory)),
    );
  const front = others(0, at < 0 ? entries.length : at);
  const broken = front.takers.find((e) => memory.verdicts.get(identify(e)) === 'broken') ?? null;
  const foreign = broken ?? front.takers[0] ?? null;
  if (desired.precedence !== 'ours' && foreign !== null && broken === null) {
    // One that takes some of the files only needs ours behind it for the rest.
    const rest = front.whole || (entry !== null && own === null);
    const needless = desired.precedence === 'theirs' && front.whole && works(foreign, memory);
    if (rest) return { state: 'foreign-ok', why: `served by ${foreign.name}`, entry, foreign, needless };
  }
  if (entry === null) return { state: 'missing', why: 'no entry', entry, foreign, needless: false };
  if (desired.precedence === 'theirs' && foreign === null) {
    const behind = others(at + 1, entries.length);
    const next = behind.takers[0];
    const fine = behind.takers.every((e) => memory.verdicts.get(identify(e)) !== 'broken');
    if (next !== undefined && behind.whole && fine && works(next, memory)) {
      const why = `${next.name} works and stands behind ours`;
      return { state: 'foreign-ok', why, entry, foreign: next, needless: true };
    }
  }
  if (own !== null) return { ...own, entry, foreign, needless: false };
  if (foreign !== null) {
    return { state: 'shadowed', why: `${foreign.name} stands in front`, entry, foreign, needless: false };
  }
  return { state: 'ok', why: '', entry, foreign: null, needless: false };
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
export function isStale(
  handler: Handler,
  entry: { readonly name: string; readonly id: EntryId },
  memory: Memory,
): boolean {
  if (!handler.registration.flags.includes('F')) return false;
  if (memory.mistrusted.has(handler.key)) return true;
  const record = memory.records.get(entry.name);
  if (record === undefined || !sameEntry(record.id, entry.id)) return false;
  const was = record.interpreter;
  const now = handler.interpreter;
  return was !== null && now !== null && (was.dev !== now.dev || was.ino !== now.ino);
}

/** Whether an entry was seen to work. */
function works(foreign: Entry, memory: Memory): boolean {
  return memory.verdicts.get(identify(foreign)) === 'works';
}

/**
 * Whether an entry is somebody else's as far as this handler goes, and not merely on its way: entries under reserved
 * names are put right and leftovers removed by the same plan. A line of ours that somebody else registered (we
 * publish them) does no harm as long as it runs the same interpreter in the same way.
 */
function counts(entry: Entry, handler: Handler, desired: Desired, memory: Memory): boolean {
  if (!takesFrom(entry, handler)) return false;
  if (isReserved(entry.name, desired) || isRemovable(entry, desired, memory)) return false;
  const { interpreter, flags } = handler.registration;
  return !isOurs(entry, desired, memory) || entry.interpreter !== interpreter || entry.flags !== flags;
}
