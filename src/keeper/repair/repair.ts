import type { Desired } from '../../core/plan/desired.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { healingOrder } from '../../core/plan/healing-order.ts';
import { betters } from '../../core/plan/order.ts';
import { plan } from '../../core/plan/plan.ts';
import { type Prepared, prepare } from '../../core/plan/prepared.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { applyTask, readBack, type TaskResult } from './apply.ts';
import { createOwnLook, type Line, type OwnLook } from './own-look.ts';
import { createPace } from './pace.ts';
import { both, nothingRepaired, type Repaired } from './repaired.ts';
import { runTasks } from './run.ts';
import { createViewer, type View } from './viewer.ts';

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

/** Binds repair to an instance and a desired state; make it anew when either changes. */
export function createRepair(instance: Instance, desired: Desired, memory: LiveMemory): Repair {
  const prepared = new Map<string, Prepared>(desired.handlers.map((h) => [h.key, prepare(h)]));
  const better = betters(desired.handlers);
  const order = healingOrder(desired.handlers, better);
  const urgent = order.flatMap((h) => prepared.get(h.key) ?? []);
  const overlapping = new Set(
    [...better].flatMap(([key, list]) => (list.length > 0 ? [key, ...keys(list)] : [])),
  );
  const pace = createPace();
  const viewer = createViewer(instance, desired, memory);
  const running = { memory, pace, begins: viewer.outdate };
  const apply = (task: Task): TaskResult => applyTask(instance, task, prepared);
  const work: OwnWork = {
    instance,
    look: createOwnLook({
      ...{ instance, desired, memory, urgent, overlapping },
      waits: ({ key }, now) => pace.heldFor(key, now) > 0,
    }),
    run: (tasks, now) => runTasks(running, tasks, now, apply),
    settle: (lines, now) => {
      const byTask = new Map(lines.map((line) => [line.task, line]));
      return runTasks(running, [...byTask.keys()], now, (task) => {
        const line = byTask.get(task);
        return line === undefined ? apply(task) : readBack(instance, task, line, line.of);
      });
    },
  };

  const full = (now: number): Repaired => {
    const found = viewer.look(now);
    const tasks = plan(desired, found, memory, better, order);
    const repaired = instance.batch(() => work.run(tasks, now));
    return found.unfinished ? both(repaired, { results: [], again: 0 }) : repaired;
  };

  return {
    own: (now, hint) => {
      const { repaired, clear } = repairOwn(work, now, hint);
      const moved = repaired.results.some((r) => overlapping.has(r.task.key ?? ''));
      return moved || !clear ? both(repaired, full(now)) : repaired;
    },
    full: (now) => both(repairOwn(work, now).repaired, full(now)),
    observe: viewer.look,
    view: viewer.view,
    storms: pace.storms,
  };
}

/** What a repair of our own names is done with. */
interface OwnWork {
  readonly instance: Instance;
  readonly look: OwnLook;
  readonly run: (tasks: readonly Task[], now: number) => Repaired;
  /** Ends what was only written. */
  readonly settle: (lines: readonly Line[], now: number) => Repaired;
}

/** `clear` is false where our names alone do not decide. */
function repairOwn(
  { instance, look, run, settle }: OwnWork,
  now: number,
  hint?: string,
): { readonly repaired: Repaired; readonly clear: boolean } {
  const lines: Line[] = [];
  let repaired = nothingRepaired;
  let clear = false;
  const act = (task: Task): void => {
    repaired = both(repaired, run([task], now));
  };
  try {
    instance.batch(() => {
      clear = look({ now, hint, lines, act });
    });
  } finally {
    repaired = both(repaired, settle(lines, now));
  }
  return { repaired, clear };
}

function keys(handlers: readonly Handler[]): string[] {
  return handlers.map((h) => h.key);
}
