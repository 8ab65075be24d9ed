import type { Entry } from '../kernel/entry.ts';
import { isLastResort } from '../kernel/last-resort.ts';
import { overlaps } from '../kernel/match.ts';
import type { Matcher } from '../kernel/registration.ts';
import { compare } from '../plan/classify.ts';
import type { Desired } from '../plan/desired.ts';
import { temporaryName } from '../plan/handler.ts';
import type { Memory } from '../plan/memory.ts';
import { isBesideName, isOurs } from '../plan/ownership.ts';
import { usualName } from '../plan/published.ts';
import { replacementOf, type Step, type Task } from '../plan/task.ts';
import type { LastResort } from './lines.ts';

/** How one stands, and what is to be done for it. */
export interface Judged {
  readonly of: LastResort;
  /** `behind`: it would stand in front of that entry, so it is not registered. */
  readonly state: 'ok' | 'missing' | 'off' | 'taken' | 'behind';
  /** The entry that keeps it away. */
  readonly by: string | null;
  readonly task: Task | null;
}

/**
 * Judges all of them against every entry of the instance, in search order. The kernel puts what is registered last in front
 * of all, so one is registered only where nothing is there that could take one of its files, switched off or not; and one that
 * came to stand in front goes. Only the handler for which it waits is no obstacle: that is put in front again in the same turn, and
 * meanwhile the program waits.
 */
export function judgeLastResorts(
  lines: readonly LastResort[],
  entries: readonly Entry[],
  desired: Desired,
  memory: Memory,
): readonly Judged[] {
  const places = new Map(entries.map((entry, at) => [entry.name, at]));
  const meeting = meetingOf(lines, entries);
  return lines.map((of) => {
    const { name } = of.handler.registration;
    const at = places.get(name);
    const entry = at === undefined ? null : (entries[at] ?? null);
    const met = (meeting.get(of) ?? []).filter(
      (one) => one.entry.name !== name && !isWaitedFor(one.entry, of, desired, memory),
    );
    const behind = at === undefined ? undefined : met.find((one) => one.at > at);
    const scene = { entry, obstacle: met[0]?.entry.name ?? null, behind: behind?.entry.name ?? null };
    return judge(of, scene, desired, memory);
  });
}

interface Placed {
  readonly entry: Entry;
  readonly at: number;
}

/** For each line the entries, in search order, that could match one of its files. */
function meetingOf(
  lines: readonly LastResort[],
  entries: readonly Entry[],
): ReadonlyMap<LastResort, readonly Placed[]> {
  const meeting = new Map<LastResort, Placed[]>(lines.map((of) => [of, []]));
  for (const [at, entry] of entries.entries()) {
    if (isLastResort(entry)) continue;
    for (const of of metBy(entry.matcher, lines)) meeting.get(of)?.push({ entry, at });
  }
  return meeting;
}

/** What lies under its name, what it would stand in front of if it were registered now, and what it stands in front of. */
interface Scene {
  readonly entry: Entry | null;
  readonly obstacle: string | null;
  readonly behind: string | null;
}

function judge(of: LastResort, { entry, obstacle, behind }: Scene, desired: Desired, memory: Memory): Judged {
  const { handler } = of;
  const { name } = handler.registration;
  const told = (state: Judged['state'], by: string | null, task: Task | null = null): Judged => ({
    of,
    state,
    by,
    task,
  });
  const todo = (reason: Task['reason'], why: string, steps: readonly Step[]): Task => ({
    ...{ key: handler.key, reason, why, steps, needs: [] },
  });
  if (entry === null) {
    if (obstacle !== null) return told('behind', obstacle);
    return told('missing', null, todo('missing', 'no entry', [{ action: 'register', name, handler }]));
  }
  if (!isOurs(entry, desired, memory)) return told('taken', entry.name);
  if (behind !== null) {
    const why = `${behind} would be hidden`;
    return told('behind', behind, todo('steps-aside', why, [{ action: 'remove', name, id: entry.id }]));
  }
  const found = compare(handler, entry, memory);
  if (found === null) return told('ok', null);
  if (found.state === 'disabled')
    return told('off', null, todo('disabled', found.why, [{ action: 'enable', name, id: entry.id }]));
  // Another one cannot take its place without standing in front; an older program says the same.
  if (obstacle !== null) return told(entry.enabled ? 'ok' : 'off', obstacle);
  return told('off', null, todo(found.state, found.why, replacementOf(handler, entry, [])));
}

/** The lines that could match a file of an entry; what cannot be read may match anything. Entries are the same at each look. */
function metBy(matcher: Matcher | null, lines: readonly LastResort[]): readonly LastResort[] {
  if (matcher === null) return lines;
  const kept = known.get(matcher);
  if (kept?.lines === lines) return kept.met;
  const met = lines.filter((of) => overlaps(of.handler.registration.matcher, matcher));
  known.set(matcher, { lines, met });
  return met;
}

const known = new WeakMap<
  Matcher,
  { readonly lines: readonly LastResort[]; readonly met: readonly LastResort[] }
>();

/** The handler's own entry, its stand-in, and its alias: the same interpreter, and each of them comes to stand in front again. */
function isWaitedFor(entry: Entry, { waits, target }: LastResort, desired: Desired, memory: Memory): boolean {
  if (!waits) return false;
  const handler = desired.handlers.find((one) => one.key === target);
  if (handler === undefined) return false;
  if (entry.name === handler.registration.name || entry.name === temporaryName(handler)) return true;
  return (
    entry.name === usualName(target) && isBesideName(entry.name, desired) && isOurs(entry, desired, memory)
  );
}
