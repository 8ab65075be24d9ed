import { type Classified, classify, compare, type EntryState } from './classify.ts';
import type { Desired } from './desired.ts';
import type { Entry, EntryId } from './entry.ts';
import { type Handler, temporaryName } from './handler.ts';
import type { Memory } from './memory.ts';
import type { Observed } from './observed.ts';
import { betters } from './order.ts';
import { isRemovable } from './ownership.ts';

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
}

/** Desired against observed, as ordered tasks; empty when all is well. Applying them and planning again gives none. */
export function plan(desired: Desired, observed: Observed, memory: Memory): Task[] {
  const byName = new Map(observed.entries.map((e) => [e.name, e]));
  const better = betters(desired.handlers);
  const order = observed.entries.map((e) => e.name);
  const tasks: Task[] = [];
  if (!observed.enabled && desired.onStatusZero === 'heal') tasks.push(statusZero);
  for (const handler of desired.handlers.toReversed()) {
    const found = classify(handler, observed.entries, desired, memory);
    const task =
      taskFor(handler, found, byName, memory, desired) ??
      orderTask(handler, found, order, desired.handlers, better, byName, memory);
    if (task === null) continue;
    tasks.push(task);
    toFront(order, handler, task);
  }
  return [...tasks, ...leftovers(desired, observed, memory, byName)];
}

/** What one handler's state asks for; null where it may stay as it is. */
export function taskFor(
  handler: Handler,
  found: Classified,
  byName: ReadonlyMap<string, Entry>,
  memory: Memory,
  desired: Desired,
): Task | null {
  const { state, why, entry } = found;
  const key = handler.key;
  if (state === 'ok') return null;
  if (state === 'foreign-ok') return stepAside(handler, found, desired, memory);
  if (state === 'disabled' && entry !== null && found.foreign === null) {
    const enable: Step = { action: 'enable', name: entry.name, id: entry.id };
    return { key, reason: state, why, steps: [enable] };
  }
  return { key, reason: state, why, steps: replaceSteps(handler, entry, byName, memory) };
}

/** Register, by way of a temporary stand-in where an entry of that name is there, so that no exec is ever lost. */
export function replaceSteps(
  handler: Handler,
  entry: Entry | null,
  byName: ReadonlyMap<string, Entry>,
  memory: Memory,
): Step[] {
  const name = handler.registration.name;
  const spare = temporaryName(handler);
  const old = byName.get(spare);
  const register: Step = { action: 'register', name, handler };
  const removeOld: Step[] = old === undefined ? [] : [{ action: 'remove', name: spare, id: old.id }];
  if (entry === null) return [register, ...removeOld];
  const removeEntry: Step = { action: 'remove', name, id: entry.id };
  if (old !== undefined && compare(handler, old, memory) === null)
    return [removeEntry, register, ...removeOld];
  return [
    ...removeOld,
    { action: 'register', name: spare, handler },
    removeEntry,
    register,
    { action: 'remove', name: spare, id: null },
  ];
}

const statusZero: Task = {
  key: null,
  reason: 'status-zero',
  why: '0 was written to status',
  steps: [{ action: 'enable-instance' }],
};

/** Under `theirs` our entry goes once somebody else's works; otherwise being overtaken costs nothing. */
function stepAside(handler: Handler, found: Classified, desired: Desired, memory: Memory): Task | null {
  const { entry, foreign, why } = found;
  if (desired.precedence !== 'theirs' || entry === null || foreign === null) return null;
  if (!isRemovable(entry, desired, memory)) return null;
  const remove: Step = { action: 'remove', name: entry.name, id: entry.id };
  return { key: handler.key, reason: 'steps-aside', why, steps: [remove] };
}

/** Moves a handler in front again when one that must stand behind it has come to stand before it. */
function orderTask(
  handler: Handler,
  found: Classified,
  order: readonly string[],
  all: readonly Handler[],
  better: ReadonlyMap<string, readonly Handler[]>,
  byName: ReadonlyMap<string, Entry>,
  memory: Memory,
): Task | null {
  if (found.state !== 'ok' || found.entry === null) return null;
  const at = order.indexOf(handler.registration.name);
  const blocking = all.find((worse) => {
    const place = order.indexOf(worse.registration.name);
    return place >= 0 && place < at && (better.get(worse.key) ?? []).includes(handler);
  });
  if (blocking === undefined) return null;
  const why = `${blocking.registration.name} came to stand in front`;
  const steps = replaceSteps(handler, found.entry, byName, memory);
  return { key: handler.key, reason: 'order', why, steps };
}

/** The kernel puts a new registration at the head of its list. */
function toFront(order: string[], handler: Handler, task: Task): void {
  const name = handler.registration.name;
  if (!task.steps.some((s) => s.action === 'register' && s.name === name)) return;
  const at = order.indexOf(name);
  if (at >= 0) order.splice(at, 1);
  order.unshift(name);
}

/** Entries of ours that nothing wants any more: stand-ins of a crash, dropped platforms, an earlier prefix. */
function leftovers(
  desired: Desired,
  observed: Observed,
  memory: Memory,
  byName: ReadonlyMap<string, Entry>,
): Task[] {
  const wanted = new Set(desired.handlers.map((h) => h.registration.name));
  const spares = new Map(desired.handlers.map((h) => [temporaryName(h), h]));
  return observed.entries
    .filter((e) => !wanted.has(e.name))
    .filter((e) => isRemovable(e, desired, memory) || isSpare(e, spares.get(e.name), desired, memory))
    .filter((e) => !handledAlready(spares.get(e.name), desired, observed, memory, byName))
    .map((e) => ({
      key: null,
      reason: 'leftover' as const,
      why: `${e.name} is not wanted any more`,
      steps: [{ action: 'remove' as const, name: e.name, id: e.id }],
    }));
}

/** A stand-in of a crash before its record was saved: reserved name, and word for word what we would register. */
function isSpare(entry: Entry, handler: Handler | undefined, desired: Desired, memory: Memory): boolean {
  return handler !== undefined && desired.prefix !== '' && compare(handler, entry, memory) === null;
}

/** Whether the task of the handler itself takes its stand-in away. */
function handledAlready(
  handler: Handler | undefined,
  desired: Desired,
  observed: Observed,
  memory: Memory,
  byName: ReadonlyMap<string, Entry>,
): boolean {
  if (handler === undefined) return false;
  const found = classify(handler, observed.entries, desired, memory);
  const task = taskFor(handler, found, byName, memory, desired);
  return task?.steps.some((s) => s.action === 'remove' && s.name === temporaryName(handler)) ?? false;
}
