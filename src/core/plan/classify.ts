import type { Entry, EntryId } from '../kernel/entry.ts';
import { isLastResort } from '../kernel/last-resort.ts';
import { sameMatcher } from '../kernel/registration.ts';
import type { Desired } from './desired.ts';
import { type Handler, temporaryName } from './handler.ts';
import { identify, type Memory, sameEntry, type Verdict } from './memory.ts';
import { isBesideName, isOurs, isRemovable, ownerOf } from './ownership.ts';
import { type Coverage, coverage } from './shadow.ts';
import { sightOf } from './sight.ts';

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
  /** Another registration of somebody else has an own handler's name, which is not for us to take. */
  readonly taken: boolean;
}

/** Says how things stand for one handler, given all entries in search order. */
export function classify(
  handler: Handler,
  entries: readonly Entry[],
  desired: Desired,
  memory: Memory,
): Classified {
  const sight = sightOf(entries, desired);
  const at = sight.places.get(handler.registration.name) ?? entries.length;
  const entry = entries[at] ?? null;
  const takers = sight.takers.get(handler) ?? [];
  const own = entry === null ? null : compare(handler, entry, memory);
  const common = {
    entry,
    needless: false,
    taken: entry !== null && isTaken(handler, entry, desired, memory),
  };
  if (desired.precedence === 'theirs') {
    const strangers = takers.filter((e) => !isBeside(e, desired, memory) && !isLastResort(e));
    const others = othersAmong(strangers, handler, desired, memory);
    const first = others.takers[0];
    if (first !== undefined && others.whole && !others.broken && works(first, memory)) {
      return { ...common, state: 'foreign-ok', why: `${first.name} works`, foreign: first, needless: true };
    }
  }
  const inFront = takers.filter((e) => (sight.places.get(e.name) ?? 0) < at);
  const front = othersAmong(inFront, handler, desired, memory);
  const foreign = front.broken ?? front.takers[0] ?? null;
  const lets = front.takers.every(
    (e) =>
      keepsPlace(e, handler, desired, memory) ||
      (desired.precedence !== 'ours' && !isBeside(e, desired, memory)),
  );
  if (lets && foreign !== null && front.broken === null) {
    // One that takes some of the files only needs ours behind it for the rest.
    const covered = front.whole || (entry !== null && own === null);
    if (covered) return { ...common, state: 'foreign-ok', why: `served by ${foreign.name}`, foreign };
  }
  if (entry === null) return { ...common, state: 'missing', why: 'no entry', foreign };
  if (own !== null) return { ...common, ...own, foreign };
  if (foreign !== null) {
    return { ...common, state: 'shadowed', why: `${foreign.name} stands in front`, foreign };
  }
  return { ...common, state: 'ok', why: '', foreign: null };
}

/** Whose entry stands in front of one of ours by this name and takes the handler's files, without a right to do so. */
export function shadowOf(
  name: string,
  handler: Handler,
  entries: readonly Entry[],
  desired: Desired,
  memory: Memory,
): Entry | null {
  if (desired.precedence !== 'ours') return null;
  const { places, takers } = sightOf(entries, desired);
  const at = places.get(name) ?? 0;
  const shadow = (takers.get(handler) ?? []).find(
    (e) =>
      (places.get(e.name) ?? at) < at &&
      counts(e, handler, desired, memory) &&
      !keepsPlace(e, handler, desired, memory),
  );
  return shadow ?? null;
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

/** What others of those that take files from a handler would serve of them, and the first that was seen to fail. */
function othersAmong(
  takers: readonly Entry[],
  handler: Handler,
  desired: Desired,
  memory: Memory,
): Coverage & { readonly broken: Entry | null } {
  const found = coverage(
    handler,
    takers.filter((e) => counts(e, handler, desired, memory)),
  );
  const broken = found.takers.find(
    (e) => fails(memory.verdicts.get(identify(e))) || isStuck(e, desired) || isLastResort(e),
  );
  return { ...found, broken: broken ?? null };
}

/**
 * Whether a handler's name is taken by somebody else: the entry is neither ours nor what we want it to be. It is left alone,
 * whatever the name is, unless the name is reserved for us.
 */
export function isTaken(handler: Handler, entry: Entry, desired: Desired, memory: Memory): boolean {
  if (entry.name === temporaryName(handler) || isReserved(handler, entry, desired, memory)) return false;
  return !isOurs(entry, desired, memory) && compare(handler, entry, memory)?.state === 'drifted';
}

/**
 * Whether what is found under a name is put right whoever made it. A prefix alone proves nothing: what bears it may be
 * older than we are. A name that we had on this boot is ours again, unless other tools use such names too, and so is what
 * runs an interpreter as keepers deploy them.
 */
function isReserved(
  handler: Handler,
  { name, interpreter }: Entry,
  desired: Desired,
  memory: Memory,
): boolean {
  if (desired.prefix === '' || !name.startsWith(desired.prefix)) return false;
  if (interpreter === handler.registration.interpreter || deployed.test(interpreter)) return true;
  return !usedByOthers.test(desired.prefix) && memory.records.has(name);
}

const deployed = /\/[0-9a-f]{16}\/qemu-[^/]+$/;
/** systemd-binfmt, binfmt-support, the one-shot containers and what they are called from. */
const usedByOthers = /^qemu/i;

/** Whether an entry is adopted and may stand in front of a handler: where it once stood behind, it stays there. */
export function keepsPlace(entry: Entry, handler: Handler, desired: Desired, memory: Memory): boolean {
  return desired.adopted.has(entry.name) && !memory.adopted.get(entry.name)?.behind.has(handler.key);
}

/** Whether an entry is one of ours under a usual name: of another version it has no right to a place in front. */
function isBeside(entry: Entry, desired: Desired, memory: Memory): boolean {
  return isBesideName(entry.name, desired) && isOurs(entry, desired, memory);
}

/** What is not to be trusted is preferred no more than what does not work. */
function fails(verdict: Verdict | undefined): boolean {
  return verdict === 'broken' || verdict === 'untrusted';
}

/** Whether an entry was seen to work. */
function works(foreign: Entry, memory: Memory): boolean {
  return memory.verdicts.get(identify(foreign)) === 'works';
}

/** Whether a reserved name holds something else that stays, since what belongs there cannot be registered now. */
function isStuck({ name, matcher }: Entry, desired: Desired): boolean {
  const owner = ownerOf(name, desired);
  if (owner?.held !== true) return false;
  return matcher !== null && !sameMatcher(matcher, owner.registration.matcher);
}

/**
 * Whether an entry is somebody else's as far as this handler goes, and not merely on its way: entries under reserved
 * names are put right and leftovers removed by the same plan, except where that handler is only held. A line of ours that somebody else registered (we
 * publish them) does no harm as long as it runs the same interpreter in the same way, and goes with the publication.
 */
function counts(entry: Entry, handler: Handler, desired: Desired, memory: Memory): boolean {
  // It serves nobody, whoever registered it.
  if (isLastResort(entry)) return true;
  if (isStuck(entry, desired) && ownerOf(entry.name, desired) !== handler) return true;
  if (!isBesideName(entry.name, desired) && isRemovable(entry, desired, memory)) return false;
  const owner = ownerOf(entry.name, desired);
  if (owner !== null) return isTaken(owner, entry, desired, memory);
  const { interpreter, flags } = handler.registration;
  return !isOurs(entry, desired, memory) || entry.interpreter !== interpreter || entry.flags !== flags;
}
