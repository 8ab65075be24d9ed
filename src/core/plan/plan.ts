import type { Entry } from '../kernel/entry.ts';
import { dangerOf, stoppersAmong } from '../native/danger.ts';
import { type Classified, classify, compare } from './classify.ts';
import type { Desired } from './desired.ts';
import { type Handler, temporaryName } from './handler.ts';
import { healingOrder } from './healing-order.ts';
import { leftovers, type StepsAside } from './leftovers.ts';
import type { Memory } from './memory.ts';
import type { Observed } from './observed.ts';
import { betters } from './order.ts';
import { coverage, takesFrom } from './shadow.ts';
import { replacementOf, type StandIn, type Step, type Task } from './task.ts';

/**
 * Desired against observed, as ordered tasks; empty when all is well. Applying them and planning again gives none.
 * `better` and `order` are given where they were computed before.
 */
export function plan(
  desired: Desired,
  observed: Observed,
  memory: Memory,
  better: ReadonlyMap<string, readonly Handler[]> = betters(desired.handlers),
  order: readonly Handler[] = healingOrder(desired.handlers, better),
): Task[] {
  const byName = new Map(observed.entries.map((e) => [e.name, e]));
  const places = new Map(observed.entries.map((e, at) => [e.name, at]));
  const worse = worseOf(better, desired.handlers);
  const tasks: Task[] = [];
  const aside: StepsAside[] = [];
  tasks.push(...wholeInstance(desired, observed));
  for (const [turn, handler] of order.entries()) {
    const found = classify(handler, observed.entries, desired, memory);
    const standIn = standInOf(handler, byName, places);
    if (found.state === 'foreign-ok' && !found.taken) {
      const going = stepAside(handler, found, standIn, memory);
      if (going.length > 0) places.delete(handler.registration.name);
      aside.push(...going);
      continue;
    }
    const wanted =
      orderTask(handler, found, standIn, blocking(worse.get(handler) ?? [], handler, places)) ??
      taskFor(handler, found, standIn);
    const task = feasible(wanted, handler);
    if (task === null) continue;
    tasks.push(task);
    move(places, handler, task, -1 - turn);
  }
  return [...tasks, ...leftovers(desired, observed, memory, tasks, aside)];
}

/** What one handler's state asks for; null where it may stay as it is, or somebody else serves. */
export function taskFor(handler: Handler, found: Classified, standIn: StandIn | null): Task | null {
  const { state, why, entry } = found;
  const common = { key: handler.key, reason: state, why, needs: [] };
  if (state === 'ok' || state === 'foreign-ok' || found.taken) return null;
  if (isMerelyOff(found) && entry !== null) {
    return { ...common, steps: [{ action: 'enable', name: entry.name, id: entry.id }] };
  }
  return { ...common, steps: replaceSteps(handler, entry, standIn) };
}

/** The same task, or none where it registers a handler that is only held. */
export function feasible(task: Task | null, handler: Handler): Task | null {
  return handler.held === true && task?.steps.some((s) => s.action === 'register') ? null : task;
}

/**
 * What concerns the instance and no handler. Somebody may have switched everything off since an entry stopped the host's
 * programs: as long as it is there, that is left so.
 */
function wholeInstance(desired: Desired, { enabled, entries }: Observed): Task[] {
  const stoppers = stoppersAmong(entries, desired.natives);
  const removed = desired.onDanger === 'remove' ? stoppers.map((e) => removal(e, desired)) : [];
  const heals = !enabled && desired.onStatusZero === 'heal' && removed.length === stoppers.length;
  return heals ? [...removed, statusZero] : removed;
}

function removal({ name, id, matcher }: Entry, { natives }: Desired): Task {
  const why = `it takes ${dangerOf(matcher, natives)?.what}`;
  return { key: null, reason: 'danger', why, steps: [{ action: 'remove', name, id }], needs: [] };
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
  if (standIn !== null && servesRather(standIn, entry, handler))
    return [{ action: 'remove', name, id: entry.id }, register, ...removeOld];
  return replacementOf(handler, entry, removeOld);
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
  { entry, needless, why }: Classified,
  standIn: StandIn | null,
  memory: Memory,
): StepsAside[] {
  if (entry === null) return [];
  if (!needless && compare(handler, entry, memory)?.state !== 'drifted') return [];
  return [entry, ...(standIn === null ? [] : [standIn.entry])].map((e) => ({
    entry: e,
    key: handler.key,
    why,
  }));
}

/** Where the handler's own entry will stand once its task is done. */
function move(places: Map<string, number>, handler: Handler, task: Task, front: number): void {
  const name = handler.registration.name;
  if (task.steps.some((s) => s.action === 'register' && s.name === name)) places.set(name, front);
}
