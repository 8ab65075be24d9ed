import { type Classified, classify, compare } from '../core/classify.ts';
import type { Desired } from '../core/desired.ts';
import type { Entry } from '../core/entry.ts';
import { type Handler, temporaryName } from '../core/handler.ts';
import { sameEntry } from '../core/memory.ts';
import type { Observed } from '../core/observed.ts';
import { betters } from '../core/order.ts';
import { plan, type Task, taskFor } from '../core/plan.ts';
import { type Prepared, prepare } from '../core/prepared.ts';
import { calm, healed, isStorm, type Storm, wait } from '../core/storm.ts';
import type { Instance } from '../host/instance.ts';
import { applyTask, type TaskResult } from './apply.ts';
import type { LiveMemory } from './memory.ts';
import { createObserver, toEntry } from './observe.ts';

/** What one repair did. */
export interface Repaired {
  readonly results: readonly TaskResult[];
  /** Milliseconds until a handler that is held back by the storm rule may be healed; null where none is. */
  readonly again: number | null;
}

/** How things stood at one full look. */
export interface View {
  readonly observed: Observed;
  readonly handlers: readonly (Classified & { readonly handler: Handler })[];
}

/**
 * Observe → plan → apply on one instance, synchronous from end to end: it never waits for a probe, a hash, a disk or
 * a log, so nothing can come between a loss and its repair.
 */
export interface Repair {
  /** Looks at our own names only: its cost does not grow with entries of others. */
  own(now: number): Repaired;
  /** Looks at everything: shadowing, order, leftovers, status. */
  full(now: number): Repaired;
  /** The last full look; a new one where something was changed since. */
  view(): View;
  storms(now: number): readonly string[];
}

/** Binds repair to an instance and a desired state; make it anew when either changes. */
export function createRepair(instance: Instance, desired: Desired, memory: LiveMemory): Repair {
  const prepared = new Map<string, Prepared>(desired.handlers.map((h) => [h.key, prepare(h)]));
  const urgent = [...prepared.values()].reverse();
  const better = betters(desired.handlers);
  const storms = new Map<string, Storm>();
  const observe = createObserver();
  let aside = new Set<string>();
  let seen: View | null = null;

  const run = (tasks: readonly Task[], now: number): Repaired => {
    const results: TaskResult[] = [];
    let again: number | null = null;
    seen = null;
    for (const task of tasks) {
      const storm = storms.get(task.key ?? '') ?? calm;
      const delay = task.key === null ? 0 : wait(storm, now);
      if (delay > 0) {
        again = Math.min(again ?? delay, delay);
        continue;
      }
      const result = applyTask(instance, task, prepared);
      if (task.key !== null) storms.set(task.key, healed(storm, now));
      remember(result, memory);
      results.push(result);
    }
    return { results, again };
  };

  const own = (now: number): Repaired => {
    const tasks: Task[] = [];
    for (const one of urgent) {
      if (aside.has(one.handler.key)) continue;
      const task = look(instance, one, desired, memory);
      if (task !== null) tasks.push(task);
    }
    return tasks.length === 0 ? nothing : run(tasks, now);
  };

  const lookAround = (): View => {
    const observed = observe(instance);
    const handlers = desired.handlers.map((handler) => ({
      handler,
      ...classify(handler, observed.entries, desired, memory),
    }));
    return { observed, handlers };
  };

  const full = (now: number): Repaired => {
    seen = lookAround();
    aside = new Set(seen.handlers.filter((v) => v.state === 'foreign-ok').map((v) => v.handler.key));
    const tasks = plan(desired, seen.observed, memory);
    return tasks.length === 0 ? nothing : run(tasks, now);
  };

  return {
    own: (now) => {
      const first = own(now);
      const moved = first.results.some((r) => (better.get(r.task.key ?? '') ?? []).length > 0);
      return moved ? both(first, full(now)) : first;
    },
    full: (now) => both(own(now), full(now)),
    view: () => {
      seen ??= lookAround();
      return seen;
    },
    storms: (now) => [...storms].filter(([, s]) => isStorm(s, now)).map(([key]) => key),
  };
}

const nothing: Repaired = { results: [], again: null };

/** Compares one entry of ours, as text, with what it must be. */
function look(instance: Instance, one: Prepared, desired: Desired, memory: LiveMemory): Task | null {
  const { handler } = one;
  const name = handler.registration.name;
  const raw = instance.read(name);
  const record = memory.records.get(name);
  if (raw !== null && raw.text === one.text && !memory.mistrusted.has(handler.key)) {
    if (record === undefined || !sameEntry(record.id, raw.id)) return null;
    if (record.interpreter?.ino === handler.interpreter?.ino) return null;
  }
  const entry = raw === null ? null : toEntry(name, raw);
  const found =
    entry === null ? { state: 'missing' as const, why: 'no entry' } : compare(handler, entry, memory);
  if (found === null) return null;
  const spare = temporaryName(handler);
  const rawSpare = instance.read(spare);
  const byName = new Map<string, Entry>(rawSpare === null ? [] : [[spare, toEntry(spare, rawSpare)]]);
  return taskFor(handler, { ...found, entry, foreign: null }, byName, memory, desired);
}

/** Records which registrations are ours and which file they pin. */
function remember(result: TaskResult, memory: LiveMemory): void {
  const step = result.task.steps.find((s) => s.action === 'register');
  if (step?.action !== 'register') return;
  for (const [name, id] of result.registered)
    memory.records.set(name, { id, interpreter: step.handler.interpreter });
  if (result.failed === null) memory.mistrusted.delete(step.handler.key);
}

function both(a: Repaired, b: Repaired): Repaired {
  const waits = [a.again, b.again].filter((w) => w !== null);
  return { results: [...a.results, ...b.results], again: waits.length === 0 ? null : Math.min(...waits) };
}
