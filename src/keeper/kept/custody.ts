import { standsBehind } from '../../core/kept/adopted-place.ts';
import { handlersIn, keptTask } from '../../core/kept/task.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import type { Registration } from '../../core/kernel/registration.ts';
import { type Kept, quietMs } from '../../core/plan/custody.ts';
import { prepare } from '../../core/plan/prepared.ts';
import type { Task } from '../../core/plan/task.ts';
import type { Problem } from '../../core/problems.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { applyTask, type TaskResult } from '../repair/apply.ts';
import { earlier, type Repaired } from '../repair/repaired.ts';
import type { View } from '../repair/viewer.ts';
import { type Bars, createBars } from './bars.ts';
import { createKeptList, type KeptList } from './kept-list.ts';
import { type KeptView, keptProblem, renewed } from './kept-problems.ts';
import { createRefusals, type Refusals } from './refusals.ts';
import { createWatches, lookAgainMs, type Watches, type WatchesParts } from './watches.ts';

/** Keeps entries of others alive: those named by `adopt` and those that binfmt.d files declare. */
export interface Custody extends Pick<Bars, 'bar' | 'bars' | 'isBarred'> {
  /** From now on these are kept; what an earlier list declared is replaced where a file changed. */
  use(kept: readonly Kept[], refuse: (registration: Registration) => string | null, store?: string): void;
  /** Does what is due and possible now, synchronously; `again` says when more may be due. */
  look(now: number, view: () => View): Repaired;
  view(): readonly KeptView[];
  problems(): readonly Problem[];
}

/** What custody needs; `recorded` is called when memory changed. */
export interface CustodyParts extends WatchesParts {
  readonly instance: Instance;
  readonly memory: LiveMemory;
  readonly recorded: () => void;
  /** The version of the file with which an entry is to be registered anew, since the one that it holds was replaced; null where it is not. */
  readonly renewal: (entry: Entry) => string | null;
}

/** Makes a custody of nothing. */
export function createCustody(parts: CustodyParts): Custody {
  const { instance, memory } = parts;
  const list = createKeptList(instance, memory);
  const watches = createWatches(parts);
  const bars = createBars();
  const refusals = createRefusals();
  const tidied = new Set<string>();
  const { recorded, renewal } = parts;
  const state = { list, watches, bars, refusals, tidied, memory, recorded, renewal };

  const look = (now: number, view: () => View): Repaired => {
    const results: TaskResult[] = [];
    let again: number | null = null;
    for (const kept of list.all()) {
      const { task, again: wait } = lookAt(state, kept, now);
      again = earlier(again, wait);
      if (task === null) continue;
      const prepared = new Map(handlersIn(task).map((h) => [h.key, prepare(h)]));
      const result = applyTask(instance, task, prepared);
      results.push(result);
      again = earlier(again, refusals.note(kept.name, result, now));
      if (result.failed === null) watches.forget(kept.name);
    }
    if (results.length === 0 && memory.adopted.size > 0) notePlaces(state, view());
    return { results, again };
  };

  return {
    use(next, refuse, store = '') {
      const adopted = new Set(next.filter((kept) => kept.adopted).map((kept) => kept.name));
      for (const name of memory.adopted.keys()) if (!adopted.has(name)) memory.adopted.delete(name);
      bars.keepOnly(new Set(next.map((kept) => kept.name)));
      list.use(next, refuse, store);
      watches.clear();
      tidied.clear();
      refusals.clear();
    },
    look,
    view: () => list.shown().map(list.judge),
    problems: () =>
      list.shown().flatMap((kept) => {
        const seen = list.judge(kept);
        const isStale = seen.entry !== null && renewal(seen.entry) !== null;
        const view = isStale ? renewed(seen) : seen;
        const refused = view.registration && list.refuse(view.registration);
        return keptProblem(view, refused, watches.unusable(kept.name)) ?? [];
      }),
    bar: bars.bar,
    bars: bars.bars,
    isBarred: bars.isBarred,
  };
}

/** All that is known of what is kept. */
interface State {
  readonly list: KeptList;
  readonly watches: Watches;
  readonly bars: Bars;
  readonly refusals: Refusals;
  /** Names that were looked at for a stand-in of ours. */
  readonly tidied: Set<string>;
  readonly memory: LiveMemory;
  readonly recorded: () => void;
  readonly renewal: CustodyParts['renewal'];
}

/** What is due for one entry now, or after how many milliseconds it may be. */
function lookAt(
  { list, watches, bars, refusals, tidied, memory, recorded, renewal }: State,
  kept: Kept,
  now: number,
): { readonly task: Task | null; readonly again: number | null } {
  const seen = list.judge(kept);
  const version = seen.entry === null ? null : renewal(seen.entry);
  const view = version === null ? seen : renewed(seen);
  const { entry, due, registration } = view;
  const watched = watches.of(kept.name, entry, now);
  // What was found of the file before says nothing of another one.
  if (version !== null) watches.meet(watched, version);
  const idle = { task: null, again: null };
  if (registration === null || bars.isBarred(registration)) return idle;
  if (due === 'nothing') {
    // Only what we replace ourselves can leave a stand-in; once a configuration is often enough to look for it.
    if (tidied.has(kept.name) || kept.adopted) return idle;
    tidied.add(kept.name);
    return { task: keptTask(view, entry, list.read(`${kept.name}.next`)), again: null };
  }
  if (list.refuse(registration) !== null) return idle;
  if (!watches.isThere(watched, registration, now)) return { task: null, again: lookAgainMs };
  if (due === 'record') {
    const behind = memory.adopted.get(kept.name)?.behind ?? new Set();
    memory.adopted.set(kept.name, { registration, behind });
    recorded();
    return idle;
  }
  const rest = Math.max(watched.changedAt + quietMs, refusals.until(kept.name)) - now;
  if (rest > 0) return { task: null, again: rest };
  return { task: keptTask(view, entry, list.read(`${kept.name}.next`)), again: null };
}

/** Known before an entry is lost, or it would be too late. */
function notePlaces({ memory, recorded }: State, { observed, handlers }: View): void {
  for (const [name, known] of memory.adopted) {
    const behind = standsBehind(name, known, observed.entries, handlers);
    if (behind.size === known.behind.size) continue;
    memory.adopted.set(name, { ...known, behind });
    recorded();
  }
}
