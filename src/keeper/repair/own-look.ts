import type { Desired } from '../../core/plan/desired.ts';
import { type Handler, temporaryName } from '../../core/plan/handler.ts';
import type { Prepared } from '../../core/plan/prepared.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { isLine, type Written, writeLine } from './apply.ts';
import { gone, lookAt } from './own-entry.ts';

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

/** A look under way, with those whose line the kernel refused, since somebody has the name. */
interface Current extends Look {
  readonly refused: Set<Prepared>;
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
 * Puts right one name after the other; what is gone gets its line, and is read back when all are written. Whether somebody
 * else has taken the name meanwhile is not asked: the kernel refuses the line then, and touches nobody's entry. Where two
 * were gone most likely all are, as after `-1` to `status`: then nothing but lines is written, until one is refused.
 */
export function createOwnLook(parts: OwnLookParts): OwnLook {
  const { instance, desired, memory, urgent, waits } = parts;
  const byName = new Map(urgent.map((one) => [one.handler.registration.name, one]));
  const adopted = [...desired.adopted];

  /** Where others may serve as well it takes more than our names to know, unless there is nothing at all. */
  const besideOthers = (current: Current): false => {
    const [first] = urgent;
    if (first === undefined || instance.read(first.handler.registration.name) !== null) return false;
    if (instance.isEmpty()) writeAll(parts, urgent, current);
    return false;
  };

  /** Whether one was there; it is right afterwards, or as right as it can be made now. */
  const putRight = (one: Prepared, current: Current): boolean | 'unclear' => {
    const { name } = one.handler.registration;
    const alone = isApart(parts, one.handler) && adopted.length === 0;
    const glance = alone && !current.refused.has(one) ? instance.glance(name) : instance.read(name);
    if (glance === 'gone' && writeAll(parts, [one], current).length === 0) return false;
    const raw = glance === 'gone' ? instance.read(name) : glance;
    const task = lookAt(instance, one, raw, { desired, memory, alone });
    if (task === null || task === 'unclear') return task ?? true;
    if (!isLine(task) || waits(one.handler, current.now)) current.act(task);
    else current.lines.push({ task, of: one, ...writeLine(instance, one) });
    return raw !== null;
  };

  return (look) => {
    const current = { ...look, refused: new Set<Prepared>() };
    if (desired.precedence !== 'ours') return besideOthers(current);
    const { hint, lines } = look;
    const left = [...urgent];
    let likely = true;
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const there = putRight(one, current);
      if (there === 'unclear') return false;
      // Where the one that is used most is still there not all are gone, and the event says what is.
      if (there && one === urgent[0] && hint !== undefined) bringForward(left, byName.get(hint));
      if (!likely || lines.length < 2) continue;
      likely = false;
      if (adopted.every((name) => instance.read(name) === null))
        left.splice(0, left.length, ...writeAll(parts, left, current));
    }
    return lines.every(({ of }) => instance.read(temporaryName(of.handler)) === null);
  };
}

/** Whether a line is what it needs wherever it is gone: no order among ours decides, nor one with a stand-in of ours. */
function isApart({ overlapping }: OwnLookParts, { key }: Handler): boolean {
  return !overlapping.has(key);
}

/** Returns what has to be looked at: between two lines there is nothing but writing. */
function writeAll(
  parts: OwnLookParts,
  list: readonly Prepared[],
  { now, lines, refused }: Current,
): readonly Prepared[] {
  const due = list.filter(
    ({ handler }) => handler.held !== true && isApart(parts, handler) && !parts.waits(handler, now),
  );
  const written = new Map<Prepared, Written>();
  for (const one of due) {
    const line = writeLine(parts.instance, one);
    if (!line.outcome.ok && line.outcome.code === 'EEXIST') {
      refused.add(one);
      break;
    }
    written.set(one, line);
  }
  for (const [of, line] of written) lines.push({ of, ...line, task: gone(of.handler) });
  return list.filter((one) => !written.has(one));
}

function bringForward(list: Prepared[], one: Prepared | undefined): void {
  const at = one === undefined ? -1 : list.indexOf(one);
  if (at > 0) list.unshift(...list.splice(at, 1));
}
