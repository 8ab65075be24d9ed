import type { Task } from '../../core/plan/task.ts';
import type { LiveMemory } from '../record/memory.ts';
import type { TaskResult } from './apply.ts';
import type { Pace } from './pace.ts';
import type { Repaired } from './repaired.ts';

/** What tasks are run with; `begins` is called before the first of them changes anything. */
export interface RunParts {
  readonly memory: LiveMemory;
  readonly pace: Pace;
  readonly begins: () => void;
}

/** Does one task after the other by `apply`, but for what is held back or needs one that failed. */
export function runTasks(
  parts: RunParts,
  tasks: readonly Task[],
  now: number,
  apply: (task: Task) => TaskResult,
): Repaired {
  const { pace } = parts;
  const results: TaskResult[] = [];
  const undone = new Set<string>();
  let stuck = false;
  let dangerous = false;
  let held = false;
  let again: number | null = null;
  if (tasks.length > 0) parts.begins();
  for (const task of tasks) {
    // What goes goes from behind to the front: an entry that stays may be worse than those that hide it.
    const goes = task.reason === 'leftover' || task.reason === 'steps-aside';
    if (task.needs.some((key) => undone.has(key)) || (stuck && goes)) continue;
    // Switched on with such an entry in it, the instance would stop the host.
    if (task.reason === 'status-zero' && dangerous) continue;
    const subject = task.key ?? (task.reason === 'status-zero' ? 'status' : null);
    const delay = pace.heldFor(subject, now);
    if (delay > 0) again = Math.min(again ?? delay, delay);
    held ||= delay > 0;
    const result = delay > 0 ? null : apply(task);
    if (result !== null && transient.has(result.failed?.code ?? ''))
      again = Math.min(again ?? retryMs, retryMs);
    if (task.key !== null && result?.failed !== null) undone.add(task.key);
    stuck ||= goes && result?.failed !== null;
    dangerous ||= task.reason === 'danger' && result?.failed !== null;
    if (result === null) continue;
    if (subject !== null) pace.attempted(subject, now);
    if (subject !== null && result.failed === null) pace.healed(subject, now);
    remember(result, parts.memory);
    results.push(result);
  }
  return { results, again, held };
}

/** No event tells that the host has descriptors or memory again. */
const transient: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR']);
const retryMs = 1000;

/** Records which registrations are ours and which file they pin. */
export function remember({ task, registered, failed }: TaskResult, memory: LiveMemory): void {
  for (const step of task.steps) {
    if (step.action === 'remove' && failed === null) memory.records.delete(step.name);
    if (step.action !== 'register') continue;
    const id = registered.get(step.name);
    if (id !== undefined) memory.records.set(step.name, { id, interpreter: step.handler.interpreter });
    if (failed === null) memory.mistrusted.delete(step.handler.key);
  }
}
