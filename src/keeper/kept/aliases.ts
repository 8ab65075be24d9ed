import type { Config } from '../../core/config/config.ts';
import { type AliasState, aliasesOf, aliasKey, aliasState, aliasTask } from '../../core/kept/alias.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { shadowOf } from '../../core/plan/classify.ts';
import { type Desired, nothingDesired } from '../../core/plan/desired.ts';
import { type Handler, temporaryName } from '../../core/plan/handler.ts';
import { sameEntry } from '../../core/plan/memory.ts';
import { betters } from '../../core/plan/order.ts';
import { isOurs } from '../../core/plan/ownership.ts';
import { prepare } from '../../core/plan/prepared.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { applyTask } from '../repair/apply.ts';
import { earlier, nothingRepaired, type Repaired } from '../repair/repaired.ts';
import { remember } from '../repair/run.ts';
import type { View } from '../repair/viewer.ts';
import { type ClaimParts, createClaims } from './claims.ts';
import { createQuiet, type Quiet } from './quiet.ts';
import { createRefusals, type Refusals } from './refusals.ts';

/** Keeps the aliases of our entries, after everything that matters and never against somebody who is at work. */
export interface Aliases {
  /** From now on the handlers of this desired state have them; `kept` are names of others that we keep. */
  use(desired: Desired, mode: Config['aliases'], kept: ReadonlySet<string>): void;
  /** Does what is due and possible now, synchronously; `again` says when more may be due. */
  look(now: number, view: () => View): Repaired;
  /** How the alias of a handler stands; null where it has none. */
  of(key: string, view: View): { readonly name: string; readonly state: AliasState | 'declared' } | null;
}

/** What they need; `tried`: native programs ran beside this line of a handler. */
export interface AliasesParts extends ClaimParts {
  readonly instance: Instance;
  readonly memory: LiveMemory;
  readonly tried: (handler: Handler) => boolean;
  /** Memory was changed. */
  readonly recorded: () => void;
  /** So long nobody must have touched any of the names, milliseconds. */
  readonly quietMs: number;
}

/** Where a handler's line is under trial, it is looked again after so many milliseconds. */
const trialMs = 5000;

/** Nothing has an alias yet. */
export function createAliases(parts: AliasesParts): Aliases {
  const { instance, memory, quietMs } = parts;
  const quiet = createQuiet();
  const claims = createClaims(parts);
  const refusals = createRefusals();
  let desired = nothingDesired;
  let mode: Config['aliases'] = 'off';
  let aliases: readonly Handler[] = [];

  /** Those whose time has come; null while it is read who else declares what. */
  const readyAmong = (due: readonly Due[], changedAt: number, now: number): readonly Due[] | null => {
    const possible = due.filter((one) => parts.tried(one.of) && refusals.until(nameOf(one.alias)) <= now);
    // What we recorded is ours, whatever a file says.
    const asks = ({ entry }: Due): boolean => (entry === null ? mode === 'auto' : !isRecorded(entry, memory));
    const claimed = possible.some(asks) ? claims.since(changedAt, now, desired) : nobody;
    return claimed && possible.filter((one) => !asks(one) || !claimed.has(nameOf(one.alias)));
  };

  return {
    use(next, nextMode, kept) {
      desired = next;
      mode = nextMode;
      aliases = mode === 'off' ? [] : aliasesOf(next, betters(next.handlers), kept);
      refusals.clear();
    },
    look(now, view) {
      if (aliases.length === 0) return nothingRepaired;
      const seen = view();
      const changedAt = quiet.note(aliases.map(nameOf), entriesOf(seen), now);
      const due = dueOf(aliases, seen, desired, memory);
      if (due.length === 0) return nothingRepaired;
      if (now < changedAt + quietMs) return { results: [], again: changedAt + quietMs - now };
      const later = due.every((one) => parts.tried(one.of)) ? null : trialMs;
      const ready = readyAmong(due, changedAt, now);
      // Whoever reads what is declared says when he has.
      if (ready === null || ready.length === 0) return { results: [], again: later };
      const done = instance.batch(() => apply(parts, { quiet, refusals }, ready, now));
      return { ...done, again: earlier(done.again, later) };
    },
    of(key, view) {
      const alias = aliases.find((one) => one.key === aliasKey(key));
      if (alias === undefined) return null;
      const name = nameOf(alias);
      const state = aliasState(alias, entriesOf(view).get(name) ?? null, desired, memory);
      return { name, state: state === 'missing' && claims.known().has(name) ? 'declared' : state };
    },
  };
}

/** Writes what is ready; what is written so is our own doing and disturbs nobody's quiet. */
function apply(
  { instance, memory, recorded }: AliasesParts,
  { quiet, refusals }: { readonly quiet: Quiet; readonly refusals: Refusals },
  ready: readonly Due[],
  now: number,
): Repaired {
  let again: number | null = null;
  const results = ready.flatMap(({ alias, task, entry }) => {
    const name = nameOf(alias);
    if (task === null) {
      if (entry !== null) memory.records.set(name, { id: entry.id, interpreter: alias.interpreter });
      recorded();
      return [];
    }
    const result = applyTask(instance, task, new Map([[alias.key, prepare(alias)]]));
    remember(result, memory);
    quiet.ours(name, instance.read(name)?.id ?? null);
    again = earlier(again, refusals.note(name, result, now));
    return result;
  });
  return { results, again };
}

const nobody: ReadonlySet<string> = new Set();

/** A task for an alias, and the handler that it belongs to. */
interface Due {
  readonly alias: Handler;
  readonly of: Handler;
  readonly entry: Entry | null;
  /** Null where the entry is right and nobody recorded it. */
  readonly task: Task | null;
}

function isRecorded({ name, id }: Entry, { records }: LiveMemory): boolean {
  const record = records.get(name);
  return record !== undefined && sameEntry(record.id, id);
}

/** It is what it must be, with an interpreter of our store, and nobody knows who made it. */
function isStray(alias: Handler, entry: Entry | null, desired: Desired, memory: LiveMemory): boolean {
  if (entry === null || !isOurs(entry, desired, memory) || isRecorded(entry, memory)) return false;
  return aliasState(alias, entry, desired, memory) === 'ok';
}

function dueOf(
  aliases: readonly Handler[],
  view: View,
  desired: Desired,
  memory: LiveMemory,
): readonly Due[] {
  const entries = entriesOf(view);
  const handlers = new Map(view.handlers.map((one) => [aliasKey(one.handler.key), one]));
  return aliases.flatMap((alias) => {
    const of = handlers.get(alias.key);
    if (of === undefined) return [];
    const entry = entries.get(nameOf(alias)) ?? null;
    const standIn = entries.get(temporaryName(alias)) ?? null;
    const shadow = entry && shadowOf(nameOf(alias), of.handler, view.observed.entries, desired, memory);
    const task = aliasTask(alias, { entry, standIn, of, shadow }, desired, memory);
    return task === null && !isStray(alias, entry, desired, memory)
      ? []
      : [{ alias, of: of.handler, entry, task }];
  });
}

function entriesOf({ observed }: View): ReadonlyMap<string, Entry> {
  return new Map(observed.entries.map((entry) => [entry.name, entry]));
}

function nameOf({ registration }: Handler): string {
  return registration.name;
}
