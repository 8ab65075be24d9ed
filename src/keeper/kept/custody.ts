import { standsBehind } from '../../core/kept/adopted-place.ts';
import { handlersIn, isKeptKey, keptTask } from '../../core/kept/task.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import type { Registration } from '../../core/kernel/registration.ts';
import { judge, type Kept, quietMs, sameRegistration } from '../../core/plan/custody.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { identify } from '../../core/plan/memory.ts';
import { isStored } from '../../core/plan/ownership.ts';
import { prepare } from '../../core/plan/prepared.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Problem } from '../../core/problems.ts';
import type { ForeignTrust } from '../../host/files/foreign-trust.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Place } from '../../host/mounts/place.ts';
import type { LiveMemory } from '../record/memory.ts';
import { applyTask, type TaskResult } from '../repair/apply.ts';
import { toEntry } from '../repair/observe.ts';
import type { Repair } from '../repair/repair.ts';
import { both, type Repaired } from '../repair/repaired.ts';
import type { View } from '../repair/viewer.ts';
import { type KeptView, keptProblem } from './kept-problems.ts';

/** Keeps entries of others alive: those named by `adopt` and those that binfmt.d files declare. */
export interface Custody {
  /** From now on these are kept; what an earlier list declared is replaced where a file changed. */
  use(kept: readonly Kept[], refuse: (registration: Registration) => string | null, store?: string): void;
  /** Does what is due and possible now, synchronously; `again` says when more may be due. */
  look(now: number, view: () => View): Repaired;
  view(): readonly KeptView[];
  problems(): readonly Problem[];
  /** Leaves an entry alone as long as its line is this one, or cares for it again. */
  bar(registration: Registration, on: boolean): void;
  /** Whether an entry of that name is left alone, since its line stops native programs. */
  bars(name: string): boolean;
}

/** What custody needs; `found` is called when an answer came that it waited for, `recorded` when memory changed. */
export interface CustodyParts {
  readonly instance: Instance;
  readonly memory: LiveMemory;
  readonly placeOf: (path: string) => Promise<Place>;
  readonly judgeForeign: (interpreter: string, flags: string) => Promise<ForeignTrust>;
  readonly found: () => void;
  readonly recorded: () => void;
}

/** An interpreter that was gone is looked for again this often, milliseconds. */
const lookAgainMs = 10_000;

/** A write that the kernel refused is tried again after this many milliseconds, doubling up to half a minute. */
const firstRetryMs = 1000;
const lastRetryMs = 30_000;

/** What is known of one name beside the entry itself. Times are milliseconds of a monotonic clock. */
interface Watch {
  readonly signature: string;
  readonly changedAt: number;
  check: Check | null;
}

/** Whether the interpreter of a registration is there; `why` null while nobody knows yet. */
interface Check {
  readonly registration: Registration;
  readonly at: number;
  answer: { readonly good: boolean; readonly why: string; readonly untrusted?: boolean } | null;
}

/** Makes a custody of nothing. */
export function createCustody(parts: CustodyParts): Custody {
  const { instance, memory } = parts;
  let list: readonly Kept[] = [];
  let refuse: (registration: Registration) => string | null = () => null;
  let store = '';
  const former = new Map<string, readonly Registration[]>();
  const watches = new Map<string, Watch>();
  const barred = new Map<string, Registration>();
  const tidied = new Set<string>();
  const refusals = new Map<string, { readonly pause: number; readonly until: number }>();

  /** No event tells that the kernel would take now what it refused. */
  const noteRefusal = (name: string, { failed }: TaskResult, now: number): number | null => {
    const last = refusals.get(name);
    refusals.delete(name);
    if (failed === null) return null;
    const pause = Math.min(last === undefined ? firstRetryMs : last.pause * 2, lastRetryMs);
    refusals.set(name, { pause, until: now + pause });
    return pause;
  };

  const read = (name: string): Entry | null => {
    const raw = instance.read(name);
    return raw && toEntry(name, raw);
  };

  const isOfStore = (interpreter: string): boolean => isStored(interpreter, store, memory);

  const judgeNow = (kept: Kept): KeptView => {
    const entry = read(kept.name);
    const record = memory.adopted.get(kept.name)?.registration ?? null;
    return { kept, entry, ...judge(kept, record, former.get(kept.name) ?? [], entry, isOfStore) };
  };

  /** Only another line is worth another trial. */
  const isBarred = (registration: Registration): boolean => {
    const line = barred.get(registration.name);
    if (line === undefined || sameRegistration(line, registration)) return line !== undefined;
    barred.delete(registration.name);
    return false;
  };

  const watch = (name: string, entry: Entry | null, now: number): Watch => {
    const signature = entry === null ? '' : `${identify(entry)} ${entry.enabled}`;
    const known = watches.get(name);
    if (known?.signature === signature) return known;
    const fresh: Watch = { signature, changedAt: now, check: null };
    watches.set(name, fresh);
    return fresh;
  };

  /** Where the file is must be known before: asking may take as long as a dead server does. */
  const isThere = (watched: Watch, registration: Registration, now: number): boolean => {
    const { check } = watched;
    const fits = check !== null && sameRegistration(check.registration, registration);
    if (fits && (check.answer === null || check.answer.good || now - check.at < lookAgainMs))
      return check.answer?.good ?? false;
    const asked: Check = { registration, at: now, answer: fits ? check.answer : null };
    watched.check = asked;
    const { interpreter, flags } = registration;
    const looks = [parts.placeOf(textOf(interpreter)), parts.judgeForeign(interpreter, flags)] as const;
    void Promise.all(looks).then(([place, { distrust }]) => {
      asked.answer =
        distrust === null ? usable(place, registration) : { good: false, why: distrust, untrusted: true };
      if (watched.check === asked) parts.found();
    });
    return false;
  };

  const lookAt = (kept: Kept, now: number): { readonly task: Task | null; readonly again: number | null } => {
    const view = judgeNow(kept);
    const { entry, due, registration } = view;
    const watched = watch(kept.name, entry, now);
    const idle = { task: null, again: null };
    if (registration === null || isBarred(registration)) return idle;
    if (due === 'nothing') {
      // Only what we replace ourselves can leave a stand-in; once a configuration is often enough to look for it.
      if (tidied.has(kept.name) || kept.adopted) return idle;
      tidied.add(kept.name);
      return { task: keptTask(view, entry, read(`${kept.name}.next`)), again: null };
    }
    if (refuse(registration) !== null) return idle;
    if (!isThere(watched, registration, now)) return { task: null, again: lookAgainMs };
    if (due === 'record') {
      const behind = memory.adopted.get(kept.name)?.behind ?? new Set();
      memory.adopted.set(kept.name, { registration, behind });
      parts.recorded();
      return idle;
    }
    const rest = Math.max(watched.changedAt + quietMs, refusals.get(kept.name)?.until ?? 0) - now;
    if (rest > 0) return { task: null, again: rest };
    return { task: keptTask(view, entry, read(`${kept.name}.next`)), again: null };
  };

  /** Known before an entry is lost, or it would be too late. */
  const notePlaces = ({ observed, handlers }: View): void => {
    for (const [name, known] of memory.adopted) {
      const behind = standsBehind(name, known, observed.entries, handlers);
      if (behind.size === known.behind.size) continue;
      memory.adopted.set(name, { ...known, behind });
      parts.recorded();
    }
  };

  /** Of a line that we publish nothing is to be said: whether it is registered is systemd's affair. */
  const shown = (): readonly Kept[] => list.filter((kept) => kept.published !== true);

  const look = (now: number, view: () => View): Repaired => {
    const results: TaskResult[] = [];
    let again: number | null = null;
    for (const kept of list) {
      const { task, again: wait } = lookAt(kept, now);
      again = earlier(again, wait);
      if (task === null) continue;
      const prepared = new Map(handlersIn(task).map((h) => [h.key, prepare(h)]));
      const result = applyTask(instance, task, prepared);
      results.push(result);
      again = earlier(again, noteRefusal(kept.name, result, now));
      if (result.failed === null) watches.delete(kept.name);
    }
    if (results.length === 0 && memory.adopted.size > 0) notePlaces(view());
    return { results, again };
  };

  return {
    use(next, refuseNext, nextStore = '') {
      for (const kept of list) {
        const was = kept.declared?.registration;
        const known = former.get(kept.name) ?? [];
        if (was !== undefined && !known.some((one) => sameRegistration(one, was)))
          former.set(kept.name, [...known, was].slice(-10));
      }
      for (const name of memory.adopted.keys()) {
        if (!next.some((kept) => kept.adopted && kept.name === name)) memory.adopted.delete(name);
      }
      for (const name of barred.keys()) if (!next.some((kept) => kept.name === name)) barred.delete(name);
      list = next;
      refuse = refuseNext;
      store = nextStore;
      watches.clear();
      tidied.clear();
      refusals.clear();
    },
    look,
    view: () => shown().map(judgeNow),
    problems: () =>
      shown().flatMap((kept) => {
        const view = judgeNow(kept);
        const answer = watches.get(kept.name)?.check?.answer;
        const unusable = answer?.good === false ? answer : null;
        return keptProblem(view, view.registration && refuse(view.registration), unusable) ?? [];
      }),
    bar(registration, on) {
      if (on) barred.set(registration.name, registration);
      else barred.delete(registration.name);
    },
    bars: (name) => barred.has(name),
  };
}

/** The same repair that looks after kept entries too; where one came back, ours are put in front of it in the same turn. */
export function withCustody(repair: Repair, custody: Custody): Pick<Repair, 'own' | 'full'> {
  return {
    own: repair.own,
    full: (now) => {
      const ours = repair.full(now);
      const kept = custody.look(now, repair.view);
      return kept.results.length === 0
        ? { ...ours, again: earlier(ours.again, kept.again) }
        : both(both(ours, kept), repair.full(now));
    },
  };
}

/** The kept entries that tasks registered, as handlers, for the canary. */
export function keptAmong(results: readonly TaskResult[]): readonly Handler[] {
  return results
    .filter((r) => isKeptKey(r.task.key ?? '') && r.registered.size > 0)
    .flatMap((r) => handlersIn(r.task).slice(0, 1));
}

/** Without `F` whoever executes resolves the path; what only the host has does no harm there. */
function usable(place: Place, registration: Registration): NonNullable<Check['answer']> {
  const pinned = registration.flags.includes('F');
  if (pinned) return { good: place.here && place.host !== 'elsewhere', why: place.why };
  return { good: place.here || place.host === 'elsewhere', why: place.why };
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
