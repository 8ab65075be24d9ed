import type { Entry } from '../../core/kernel/entry.ts';
import { type Classified, classify } from '../../core/plan/classify.ts';
import type { Desired } from '../../core/plan/desired.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { healingOrder } from '../../core/plan/healing-order.ts';
import { identify } from '../../core/plan/memory.ts';
import type { Observed } from '../../core/plan/observed.ts';
import { betters } from '../../core/plan/order.ts';
import { isRemovable, ownerOf } from '../../core/plan/ownership.ts';
import { plan } from '../../core/plan/plan.ts';
import { type Prepared, prepare } from '../../core/plan/prepared.ts';
import { victimsOf } from '../../core/plan/sight.ts';
import { calm, healed, isStorm, type Storm, wait } from '../../core/plan/storm.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { applyTask, readBack, type TaskResult } from './apply.ts';
import { createObserver } from './observe.ts';
import { createOwnLook, type Line } from './own-look.ts';

/** What one repair did. */
export interface Repaired {
  readonly results: readonly TaskResult[];
  /**
   * Milliseconds until something may go on: a handler that the storm rule holds back, new entries not yet read, a write
   * for which the host had no means.
   */
  readonly again: number | null;
  /** The storm rule held something back, so that it is not in order. */
  readonly held?: boolean;
}

/** How things stood at one full look; entries that do not concern us are left out. */
export interface View {
  readonly observed: Observed;
  readonly handlers: readonly (Classified & { readonly handler: Handler })[];
}

/**
 * Observe → plan → apply on one instance, synchronous from end to end: it never waits for a probe, a hash, a disk or
 * a log, so nothing can come between a loss and its repair. Times are milliseconds of a monotonic clock.
 */
export interface Repair {
  /**
   * Looks at our own names only, so its cost does not grow with entries of others; at everything where these alone
   * do not decide: under another precedence than ours, after a crash, where handlers overlap. `hint` is the entry
   * that an event named: it is put right before the others are looked at.
   */
  own(now: number, hint?: string): Repaired;
  /** Looks at everything: shadowing, order, leftovers, status. */
  full(now: number): Repaired;
  /** Looks at everything and changes nothing: `view` shows it. */
  observe(now: number): void;
  /** The last full look; a new one where something was changed since. */
  view(): View;
  /** Keys of handlers that are lost and healed again and again, and `status`; one that cannot be healed is none. */
  storms(now: number): readonly string[];
}

/** Entries that do not concern us are all read again this often, see createObserver. */
const deepEvery = 30_000;

/** Binds repair to an instance and a desired state; make it anew when either changes. */
export function createRepair(instance: Instance, desired: Desired, memory: LiveMemory): Repair {
  const prepared = new Map<string, Prepared>(desired.handlers.map((h) => [h.key, prepare(h)]));
  const better = betters(desired.handlers);
  const order = healingOrder(desired.handlers, better);
  const urgent = order.flatMap((h) => prepared.get(h.key) ?? []);
  const overlapping = new Set(
    [...better].flatMap(([key, list]) => (list.length > 0 ? [key, ...keys(list)] : [])),
  );
  /** Attempts, which are paced however they end, and those that healed. */
  const attempts = new Map<string, Storm>();
  const heals = new Map<string, Storm>();
  const observe = createObserver({
    concerns: (entry) => concerns(entry, desired, memory),
    ours: (name) =>
      ownerOf(name, desired) !== null ||
      memory.records.has(name) ||
      desired.published.has(name) ||
      (desired.prefix !== '' && name.startsWith(desired.prefix)),
    // Under another precedence what somebody else serves decides what we register, so all of it is needed.
    most: desired.precedence === 'ours' ? 250 : Number.POSITIVE_INFINITY,
  });
  let deepAt = Number.NEGATIVE_INFINITY;
  let looked: Observed | null = null;
  let seen: View | null = null;

  const heldFor = (subject: string | null, now: number): number =>
    subject === null ? 0 : wait(attempts.get(subject) ?? calm, now);

  const run = (
    tasks: readonly Task[],
    now: number,
    apply: (task: Task) => TaskResult = (task) => applyTask(instance, task, prepared),
  ): Repaired => {
    const results: TaskResult[] = [];
    const undone = new Set<string>();
    let stuck = false;
    let held = false;
    let again: number | null = null;
    if (tasks.length > 0) looked = seen = null;
    for (const task of tasks) {
      // What goes goes from behind to the front: an entry that stays may be worse than those that hide it.
      const goes = task.reason === 'leftover' || task.reason === 'steps-aside';
      if (task.needs.some((key) => undone.has(key)) || (stuck && goes)) continue;
      const subject = task.key ?? (task.reason === 'status-zero' ? 'status' : null);
      const delay = heldFor(subject, now);
      if (delay > 0) again = Math.min(again ?? delay, delay);
      held ||= delay > 0;
      const result = delay > 0 ? null : apply(task);
      if (result !== null && transient.has(result.failed?.code ?? ''))
        again = Math.min(again ?? retryMs, retryMs);
      if (task.key !== null && result?.failed !== null) undone.add(task.key);
      stuck ||= goes && result?.failed !== null;
      if (result === null) continue;
      if (subject !== null) note(attempts, subject, now);
      if (subject !== null && result.failed === null) note(heals, subject, now);
      remember(result, memory);
      results.push(result);
    }
    return { results, again, held };
  };

  /** Ends what was only written. */
  const settle = (lines: readonly Line[], now: number): Repaired => {
    const byTask = new Map(lines.map((line) => [line.task, line]));
    return run([...byTask.keys()], now, (task) => {
      const line = byTask.get(task);
      return line === undefined
        ? applyTask(instance, task, prepared)
        : readBack(instance, task, line, line.of);
    });
  };

  const lookAtOwn = createOwnLook({
    ...{ instance, desired, memory, urgent, overlapping },
    waits: ({ key }, now) => heldFor(key, now) > 0,
  });

  /** `clear` is false where our names alone do not decide. */
  const own = (now: number, hint?: string): { readonly repaired: Repaired; readonly clear: boolean } => {
    const lines: Line[] = [];
    let repaired = nothing;
    let clear = false;
    const act = (task: Task): void => {
      repaired = both(repaired, run([task], now));
    };
    try {
      instance.batch(() => {
        clear = lookAtOwn({ now, hint, lines, act });
      });
    } finally {
      repaired = both(repaired, settle(lines, now));
    }
    return { repaired, clear };
  };

  const lookAtAll = (now: number): Observed => {
    const deep = now - deepAt >= deepEvery;
    if (deep) deepAt = now;
    looked = observe(instance, deep);
    seen = null;
    forgetGone(looked, memory);
    return looked;
  };

  const full = (now: number): Repaired => {
    const found = lookAtAll(now);
    const tasks = plan(desired, found, memory, better, order);
    const repaired = instance.batch(() => run(tasks, now));
    return found.unfinished ? both(repaired, { results: [], again: 0 }) : repaired;
  };

  return {
    own: (now, hint) => {
      const { repaired, clear } = own(now, hint);
      const moved = repaired.results.some((r) => overlapping.has(r.task.key ?? ''));
      return moved || !clear ? both(repaired, full(now)) : repaired;
    },
    full: (now) => both(own(now).repaired, full(now)),
    observe: lookAtAll,
    view: () => {
      looked ??= observe(instance, false);
      const { entries } = looked;
      seen ??= {
        observed: looked,
        handlers: desired.handlers.map((handler) => ({
          handler,
          ...classify(handler, entries, desired, memory),
        })),
      };
      return seen;
    },
    storms: (now) => [...heals].filter(([, s]) => isStorm(s, now)).map(([key]) => key),
  };
}

const nothing: Repaired = { results: [], again: null };

/** No event tells that the host has descriptors or memory again. */
const transient: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR']);
const retryMs = 1000;

function note(storms: Map<string, Storm>, subject: string, now: number): void {
  storms.set(subject, healed(storms.get(subject) ?? calm, now));
}

function keys(handlers: readonly Handler[]): string[] {
  return handlers.map((h) => h.key);
}

/** Whether an entry can matter to any plan, as long as it lives, enabled or not. */
function concerns(entry: Entry, desired: Desired, memory: LiveMemory): boolean {
  if (ownerOf(entry.name, desired) !== null || isRemovable(entry, desired, memory)) return true;
  return victimsOf({ ...entry, enabled: true }, desired).length > 0;
}

/** Records which registrations are ours and which file they pin. */
function remember({ task, registered, failed }: TaskResult, memory: LiveMemory): void {
  for (const step of task.steps) {
    if (step.action === 'remove' && failed === null) memory.records.delete(step.name);
    if (step.action !== 'register') continue;
    const id = registered.get(step.name);
    if (id !== undefined) memory.records.set(step.name, { id, interpreter: step.handler.interpreter });
    if (failed === null) memory.mistrusted.delete(step.handler.key);
  }
}

/** A verdict speaks of one registration; without this they would add up. */
function forgetGone(observed: Observed, memory: LiveMemory): void {
  if (memory.verdicts.size === 0) return;
  const there = new Set(observed.entries.map(identify));
  for (const known of [memory.verdicts, memory.doubts]) {
    for (const key of known.keys()) if (!there.has(key)) known.delete(key);
  }
}

/** What two repairs in a row did. */
export function both(a: Repaired, b: Repaired): Repaired {
  const waits = [a.again, b.again].filter((w) => w !== null);
  const again = waits.length === 0 ? null : Math.min(...waits);
  return { results: [...a.results, ...b.results], again, held: a.held === true || b.held === true };
}
