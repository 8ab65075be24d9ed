import { compare, isStale, isTaken, keepsPlace } from '../../core/plan/classify.ts';
import type { Desired } from '../../core/plan/desired.ts';
import { type Handler, temporaryName } from '../../core/plan/handler.ts';
import { feasible, taskFor } from '../../core/plan/plan.ts';
import type { Prepared } from '../../core/plan/prepared.ts';
import { victimsOf } from '../../core/plan/sight.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { isLine, type Written, writeLine } from './apply.ts';
import { toEntry } from './observe.ts';

/** Looks at our own names alone; false where they do not decide. */
export type OwnLook = (look: Look) => boolean;

/** One look, and where what it finds goes. */
export interface Look {
  readonly now: number;
  /** The entry that an event named. */
  readonly hint: string | undefined;
  /** Gets what was written and not read back yet. */
  readonly lines: Line[];
  /** Does at once what takes more than a line, or must wait. */
  readonly act: (task: Task) => void;
}

/** A line that was written, of which nothing else is known yet. */
export interface Line extends Written {
  readonly task: Task;
  readonly of: Prepared;
}

/** What is looked at. */
export interface OwnLookParts {
  readonly instance: Instance;
  readonly desired: Desired;
  readonly memory: LiveMemory;
  /** All handlers, those first that are to serve first. */
  readonly urgent: readonly Prepared[];
  /** Keys of handlers among which the order decides. */
  readonly overlapping: ReadonlySet<string>;
  /** A storm holds this handler back. */
  readonly waits: (handler: Handler, now: number) => boolean;
}

/**
 * Puts right one name after the other; what is gone gets its line, and is read back when all are written. Where two were
 * gone most likely all are, as after `-1` to `status`: then nothing but lines is written, until the kernel says of one
 * that it is there. That touches nobody's entry, since a name that is taken is refused.
 */
export function createOwnLook(parts: OwnLookParts): OwnLook {
  const { instance, desired, memory, urgent, overlapping, waits } = parts;
  const byName = new Map(urgent.map((one) => [one.handler.registration.name, one]));
  const adopted = [...desired.adopted];

  /** Whether a line is what it needs wherever it is gone: no order among ours decides, nor one with a stand-in of ours. */
  const isApart = ({ key }: Handler): boolean => !overlapping.has(key);

  /** Returns what has to be looked at: between two lines there is nothing but writing. */
  const writeAll = (list: readonly Prepared[], { now, lines }: Look): readonly Prepared[] => {
    const due = list.filter(
      ({ handler }) => handler.held !== true && isApart(handler) && !waits(handler, now),
    );
    const written = new Map<Prepared, Written>();
    for (const one of due) {
      const line = writeLine(instance, one);
      if (!line.outcome.ok && line.outcome.code === 'EEXIST') break;
      written.set(one, line);
    }
    for (const [of, line] of written) lines.push({ of, ...line, task: gone(of.handler) });
    return list.filter((one) => !written.has(one));
  };

  /** Where others may serve as well it takes more than our names to know, unless there is nothing at all. */
  const besideOthers = (look: Look): false => {
    const [first] = urgent;
    if (first === undefined || instance.read(first.handler.registration.name) !== null) return false;
    if (instance.isEmpty()) writeAll(urgent, look);
    return false;
  };

  return (current) => {
    if (desired.precedence !== 'ours') return besideOthers(current);
    const { now, hint, lines, act } = current;
    const hinted = hint === undefined ? undefined : byName.get(hint);
    const left = [...urgent];
    let likely = true;
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const alone = isApart(one.handler) && adopted.length === 0;
      const task = look(instance, one, desired, memory, alone);
      if (task === 'unclear') return false;
      if (task !== null && isLine(task) && !waits(one.handler, now))
        lines.push({ task, of: one, ...writeLine(instance, one) });
      else if (task !== null) act(task);
      // Where the one that is used most is still there not all are gone, and the event says what is.
      else if (one === urgent[0] && hinted !== undefined) bringForward(left, hinted);
      if (!likely || lines.length < 2) continue;
      likely = false;
      if (adopted.every((name) => instance.read(name) === null))
        left.splice(0, left.length, ...writeAll(left, current));
    }
    return lines.every(({ of }) => instance.read(temporaryName(of.handler)) === null);
  };
}

function bringForward(list: Prepared[], one: Prepared): void {
  const at = list.indexOf(one);
  if (at > 0) list.unshift(...list.splice(at, 1));
}

/** What is to be done for a handler of which there is nothing, as the planner says it. */
function gone(handler: Handler): Task {
  const found = { state: 'missing' as const, why: 'no entry', entry: null, foreign: null };
  const task = taskFor(handler, { ...found, needless: false, taken: false }, null);
  if (task === null) throw new Error(`nothing is to be done for ${handler.key}, which is missing`);
  return task;
}

/**
 * Compares one entry of ours, as text, with what it must be. A stand-in of a crash makes it unclear what serves now:
 * that depends on the order of the entries. `alone`: where it is gone nothing else decides what is to be done.
 */
function look(
  instance: Instance,
  { handler, text }: Prepared,
  desired: Desired,
  memory: LiveMemory,
  alone: boolean,
): Task | 'unclear' | null {
  const name = handler.registration.name;
  const raw = instance.read(name);
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
