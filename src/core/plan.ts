import { type Classified, classify, compare, type EntryState } from './classify.ts';
import type { Desired } from './desired.ts';
import type { Entry, EntryId } from './entry.ts';
import { type Handler, temporaryName } from './handler.ts';
import type { Memory } from './memory.ts';
import type { Observed } from './observed.ts';
import { betters } from './order.ts';
import { isRemovable } from './ownership.ts';
import { coverage, takesFrom } from './shadow.ts';

/** One write to the kernel. `remove` without an id takes away what an earlier step of the same task registered. */
export type Step =
  | { readonly action: 'enable-instance' }
  | { readonly action: 'enable'; readonly name: string; readonly id: EntryId }
  | { readonly action: 'register'; readonly name: string; readonly handler: Handler }
  | { readonly action: 'remove'; readonly name: string; readonly id: EntryId | null };

/** Steps that belong together: where one fails, the rest of them is left out and something still serves. */
export interface Task {
  /** The handler's key, or null for the instance and for leftovers. */
  readonly key: string | null;
  readonly reason: EntryState | 'order' | 'status-zero' | 'leftover' | 'steps-aside';
  readonly why: string;
  readonly steps: readonly Step[];
  /** Keys of handlers whose own tasks must have succeeded first: until then this leftover serves in their place. */
  readonly needs: readonly string[];
}

/** A handler's temporary entry that a crash left behind. */
export interface StandIn {
  readonly entry: Entry;
  /** Whether the kernel finds it before the handler's own entry. */
  readonly inFront: boolean;
}

/**
 * Desired against observed, as ordered tasks; empty when all is well. Applying them and planning again gives none.
 * `better` is given where it was computed before.
 */
export function plan(
  desired: Desired,
  observed: Observed,
  memory: Memory,
  better: ReadonlyMap<string, readonly Handler[]> = betters(desired.handlers),
): Task[] {
  const byName = new Map(observed.entries.map((e) => [e.name, e]));
  const places = new Map(observed.entries.map((e, at) => [e.name, at]));
  const worse = worseOf(better, desired.handlers);
  const tasks: Task[] = [];
  if (!observed.enabled && desired.onStatusZero === 'heal') tasks.push(statusZero);
  // The best handler comes last, for the kernel puts each new registration at the head of its list.
  for (const [turn, handler] of desired.handlers.toReversed().entries()) {
    const found = classify(handler, observed.entries, desired, memory);
    const standIn = standInOf(handler, byName, places);
    const wanted =
      orderTask(handler, found, standIn, blocking(worse.get(handler) ?? [], handler, places)) ??
      taskFor(handler, found, standIn, memory);
    const task = feasible(wanted, handler);
    if (task === null) continue;
    tasks.push(task);
    move(places, handler, task, -1 - turn);
  }
  return [...tasks, ...leftovers(desired, observed, memory, tasks)];
}

/** What one handler's state asks for; null where it may stay as it is. */
export function taskFor(
  handler: Handler,
  found: Classified,
  standIn: StandIn | null,
  memory: Memory,
): Task | null {
  const { state, why, entry } = found;
  const common = { key: handler.key, reason: state, why, needs: [] };
  if (state === 'ok' || found.taken) return null;
  if (state === 'foreign-ok') return stepAside(handler, found, standIn, memory);
  if (isMerelyOff(found) && entry !== null) {
    return { ...common, steps: [{ action: 'enable', name: entry.name, id: entry.id }] };
  }
  return { ...common, steps: replaceSteps(handler, entry, standIn) };
}

/** The same task, or none where it registers a handler whose interpreter's path hangs. */
export function feasible(task: Task | null, handler: Handler): Task | null {
  return handler.hung === true && task?.steps.some((s) => s.action === 'register') ? null : task;
}

const statusZero: Task = {
  key: null,
  reason: 'status-zero',
  why: '0 was written to status',
  steps: [{ action: 'enable-instance' }],
  needs: [],
};

function standInOf(
  handler: Handler,
  byName: ReadonlyMap<string, Entry>,
  places: ReadonlyMap<string, number>,
): StandIn | null {
  const name = temporaryName(handler);
  const entry = byName.get(name);
  if (entry === undefined) return null;
  const own = places.get(handler.registration.name) ?? Number.POSITIVE_INFINITY;
  return { entry, inFront: (places.get(name) ?? 0) < own };
}

/** A handler that has come to stand in front of this one and must stand behind it. */
function blocking(
  worse: readonly Handler[],
  handler: Handler,
  places: ReadonlyMap<string, number>,
): Handler | null {
  const at = places.get(handler.registration.name);
  if (at === undefined) return null;
  return worse.find((h) => (places.get(h.registration.name) ?? at) < at) ?? null;
}

/** `better` the other way round: the handlers that must stand behind each, in their order. */
function worseOf(
  better: ReadonlyMap<string, readonly Handler[]>,
  ordered: readonly Handler[],
): ReadonlyMap<Handler, readonly Handler[]> {
  const worse = new Map<Handler, Handler[]>();
  for (const handler of ordered) {
    for (const one of better.get(handler.key) ?? []) {
      const list = worse.get(one);
      if (list === undefined) worse.set(one, [handler]);
      else list.push(handler);
    }
  }
  return worse;
}

/** Moves a handler in front again; one that is off moves too, because enabling would leave it where it is. */
function orderTask(
  handler: Handler,
  found: Classified,
  standIn: StandIn | null,
  blocker: Handler | null,
): Task | null {
  if (blocker === null || !(found.state === 'ok' || isMerelyOff(found))) return null;
  const steps = replaceSteps(handler, found.entry, standIn);
  if (found.state !== 'ok')
    return { key: handler.key, reason: found.state, why: found.why, steps, needs: [] };
  const why = `${blocker.registration.name} came to stand in front`;
  return { key: handler.key, reason: 'order', why, steps, needs: [] };
}

function isMerelyOff({ state, foreign }: Classified): boolean {
  return state === 'disabled' && foreign === null;
}

/**
 * Registers anew, by way of a temporary stand-in where an entry of that name is there, so that no exec is ever lost.
 * Of an entry and a stand-in left by a crash, the one that serves goes last, whatever else is wrong with it.
 */
function replaceSteps(handler: Handler, entry: Entry | null, standIn: StandIn | null): Step[] {
  const name = handler.registration.name;
  const spare = temporaryName(handler);
  const register: Step = { action: 'register', name, handler };
  const old = standIn?.entry ?? null;
  const removeOld: Step[] = old === null ? [] : [{ action: 'remove', name: spare, id: old.id }];
  if (entry === null) return [register, ...removeOld];
  const removeEntry: Step = { action: 'remove', name, id: entry.id };
  if (standIn !== null && servesRather(standIn, entry, handler)) return [removeEntry, register, ...removeOld];
  return [
    ...removeOld,
    { action: 'register', name: spare, handler },
    removeEntry,
    register,
    { action: 'remove', name: spare, id: null },
  ];
}

/** Whether a handler's files are run by its stand-in rather than by its entry. */
function servesRather(standIn: StandIn, entry: Entry, handler: Handler): boolean {
  if (!takesFrom(entry, handler)) return true;
  const takesAll = (one: Entry): boolean => coverage(handler, [one]).whole;
  return takesAll(standIn.entry) && (standIn.inFront || !takesAll(entry));
}

/**
 * Under `theirs` our entry goes once somebody else's was seen to work; otherwise being overtaken costs nothing. An
 * entry under our name that is not what we register there goes in any case, lest it takes other handlers' files.
 */
function stepAside(
  handler: Handler,
  found: Classified,
  standIn: StandIn | null,
  memory: Memory,
): Task | null {
  const { entry, needless, why } = found;
  if (entry === null) return null;
  if (!needless && compare(handler, entry, memory)?.state !== 'drifted') return null;
  // Whichever is wrong goes first: for a moment the other one serves alone.
  const wrong = compare(handler, entry, memory)?.state === 'drifted';
  const pair = standIn === null ? [] : [standIn.entry];
  const gone = wrong ? [entry, ...pair] : [...pair, entry];
  const steps = gone.map(({ name, id }) => ({ action: 'remove' as const, name, id }));
  return { key: handler.key, reason: 'steps-aside', why, steps, needs: [] };
}

/** Where the handler's own entry will stand once its task is done. */
function move(places: Map<string, number>, handler: Handler, task: Task, front: number): void {
  const name = handler.registration.name;
  if (task.steps.some((s) => s.action === 'register' && s.name === name)) places.set(name, front);
  else if (task.steps.some((s) => s.action === 'remove' && s.name === name)) places.delete(name);
}

/** Entries of ours that nothing wants any more: stand-ins of a crash, dropped platforms, an earlier prefix. */
function leftovers(desired: Desired, observed: Observed, memory: Memory, tasks: readonly Task[]): Task[] {
  const wanted = new Set(desired.handlers.map((h) => h.registration.name));
  const spares = new Map(desired.handlers.map((h) => [temporaryName(h), h]));
  const removed = new Set(
    tasks.flatMap((t) => t.steps.flatMap((s) => (s.action === 'remove' ? [s.name] : []))),
  );
  const busy = new Set(tasks.map((t) => t.key));
  const pending = desired.handlers.filter((h) => busy.has(h.key));
  // They cannot be put right, so whatever serves in their place stays.
  const hung = desired.handlers.filter((h) => h.hung === true);
  // From behind to the front: what serves now goes last, when what it hid is gone.
  return observed.entries
    .toReversed()
    .filter((e) => !wanted.has(e.name) && !removed.has(e.name))
    .filter((e) => desired.published.get(e.name) !== 'wanted')
    .filter((e) => !hung.some((h) => spares.get(e.name) === h || takesFrom(e, h)))
    .filter((e) => spares.has(e.name) || isRemovable(e, desired, memory))
    .map((e) => ({
      key: null,
      reason: 'leftover' as const,
      why: `${e.name} is not wanted any more`,
      steps: [{ action: 'remove' as const, name: e.name, id: e.id }],
      needs: pending.filter((h) => spares.get(e.name) === h || takesFrom(e, h)).map((h) => h.key),
    }));
}
