import type { EntryId } from '../../core/kernel/entry.ts';
import { done, type Outcome } from '../../core/outcome.ts';
import type { Prepared } from '../../core/plan/prepared.ts';
import type { Step, Task } from '../../core/plan/task.ts';
import type { Instance } from '../../host/instance/instance.ts';

/** What became of one task: the entries it left behind and, where a step failed, which one and why. */
export interface TaskResult {
  readonly task: Task;
  readonly registered: ReadonlyMap<string, EntryId>;
  readonly failed: { readonly step: Step; readonly code: string; readonly message: string } | null;
  /** When the first step that serves again was done, by the monotonic clock in milliseconds; null where none was. */
  readonly servingAt: number | null;
}

interface Progress {
  readonly registered: Map<string, EntryId>;
  servingAt: number | null;
}

/** Runs one task's steps in order and stops at the first failure: what the steps before it left still serves. */
export function applyTask(
  instance: Instance,
  task: Task,
  prepared: ReadonlyMap<string, Prepared>,
): TaskResult {
  const progress: Progress = { registered: new Map(), servingAt: null };
  for (const step of task.steps) {
    const outcome = applyStep(instance, step, prepared, progress);
    if (!outcome.ok) return { task, ...progress, failed: { step, ...outcome } };
  }
  return { task, ...progress, failed: null };
}

/** A line that was written, of which nothing else is known yet. */
export interface Written {
  readonly outcome: Outcome;
  readonly servingAt: number | null;
}

/** Whether a task is one line and no more. */
export function isLine({ steps }: Task): boolean {
  return steps.length === 1 && steps[0]?.action === 'register';
}

/** Writes the line of such a task; `readBack` ends it. What is written first serves first, and the rest can wait. */
export function writeLine(instance: Instance, { line }: Prepared): Written {
  const outcome = instance.register(line);
  return { outcome, servingAt: outcome.ok ? instance.now() : null };
}

/** Reads which registration a line became. */
export function readBack(
  instance: Instance,
  task: Task,
  { outcome, servingAt }: Written,
  { text, handler }: Prepared,
): TaskResult {
  const registered = new Map<string, EntryId>();
  const [step] = task.steps;
  if (!outcome.ok && step !== undefined) return { task, registered, failed: { step, ...outcome }, servingAt };
  const { name } = handler.registration;
  const raw = instance.read(name);
  if (raw !== null && raw.text === text) registered.set(name, raw.id);
  return { task, registered, failed: null, servingAt };
}

function applyStep(
  instance: Instance,
  step: Step,
  prepared: ReadonlyMap<string, Prepared>,
  progress: Progress,
): Outcome {
  const { registered } = progress;
  switch (step.action) {
    case 'enable-instance':
      return serving(instance, progress, instance.enable());
    case 'enable':
      return serving(instance, progress, instance.change(step.name, '1', step.id));
    case 'register':
      return register(instance, step, prepared, progress);
    case 'remove':
      return remove(instance, step.name, step.id ?? registered.get(step.name) ?? null, registered);
  }
}

function serving({ now }: Instance, progress: Progress, outcome: Outcome): Outcome {
  if (outcome.ok) progress.servingAt ??= now();
  return outcome;
}

/** Registers and at once reads back which registration it became, so that later steps and records name that one only. */
function register(
  instance: Instance,
  step: Extract<Step, { action: 'register' }>,
  prepared: ReadonlyMap<string, Prepared>,
  progress: Progress,
): Outcome {
  const lines = prepared.get(step.handler.key);
  if (lines === undefined) return { ok: false, code: 'EINVAL', message: `${step.name} was not prepared` };
  const spare = step.name !== step.handler.registration.name;
  const outcome = serving(instance, progress, instance.register(spare ? lines.spareLine : lines.line));
  if (!outcome.ok) return outcome;
  const raw = instance.read(step.name);
  if (raw !== null && raw.text === lines.text) progress.registered.set(step.name, raw.id);
  return done;
}

/** An entry that is gone already, or replaced by somebody, is not ours to remove: both count as done. */
function remove(
  instance: Instance,
  name: string,
  id: EntryId | null,
  registered: Map<string, EntryId>,
): Outcome {
  if (id === null) return done;
  registered.delete(name);
  const outcome = instance.change(name, '-1', id);
  return !outcome.ok && (outcome.code === 'ENOENT' || outcome.code === 'ESTALE') ? done : outcome;
}
