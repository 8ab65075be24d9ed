import { compare, isStale, isTaken, keepsPlace } from '../../core/plan/classify.ts';
import type { Desired } from '../../core/plan/desired.ts';
import { type Handler, temporaryName } from '../../core/plan/handler.ts';
import { feasible, taskFor } from '../../core/plan/plan.ts';
import type { Prepared } from '../../core/plan/prepared.ts';
import { victimsOf } from '../../core/plan/sight.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Instance, RawEntry } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { toEntry } from './observe.ts';

/** What an entry is compared with. */
interface Known {
  readonly desired: Desired;
  readonly memory: LiveMemory;
  /** Where it is gone nothing else decides what is to be done. */
  readonly alone: boolean;
}

/**
 * Compares one entry of ours, as text, with what it must be. A stand-in of a crash makes it unclear what serves now:
 * that depends on the order of the entries.
 */
export function lookAt(
  instance: Instance,
  { handler, text }: Prepared,
  raw: RawEntry | null,
  { desired, memory, alone }: Known,
): Task | 'unclear' | null {
  const { name } = handler.registration;
  if (raw?.text === text && !isStale(handler, { name, id: raw.id }, memory)) return null;
  if (raw === null && alone) return feasible(gone(handler), handler);
  const entry = raw === null ? null : toEntry(name, raw);
  const found =
    entry === null ? { state: 'missing' as const, why: 'no entry' } : compare(handler, entry, memory);
  if (found === null) return null;
  if (instance.read(temporaryName(handler)) !== null) return 'unclear';
  const taken = entry !== null && isTaken(handler, entry, desired, memory);
  if (adoptedServes(instance, handler, desired, memory)) return 'unclear';
  const task = taskFor(handler, { ...found, entry, foreign: null, needless: false, taken }, null);
  return feasible(task, handler);
}

/** What is to be done for a handler of which there is nothing, as the planner says it. */
export function gone(handler: Handler): Task {
  const found = { state: 'missing' as const, why: 'no entry', entry: null, foreign: null };
  const task = taskFor(handler, { ...found, needless: false, taken: false }, null);
  if (task === null) throw new Error(`nothing is to be done for ${handler.key}, which is missing`);
  return task;
}

/** Whether an adopted entry is there that may serve in this handler's stead: then the order of all entries decides. */
function adoptedServes(instance: Instance, handler: Handler, desired: Desired, memory: LiveMemory): boolean {
  for (const name of desired.adopted) {
    const raw = instance.read(name);
    const entry = raw && toEntry(name, raw);
    if (entry === null || !keepsPlace(entry, handler, desired, memory)) continue;
    if (victimsOf(entry, desired).includes(handler)) return true;
  }
  return false;
}
