import {
  type Ailment,
  ailmentOf,
  ailmentProblem,
  type FileId,
  type Surroundings,
} from '../../core/entries/ailment.ts';
import type { Sight } from '../../core/entries/sight.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { merged } from '../../core/merged.ts';
import { identify } from '../../core/plan/memory.ts';
import type { Problem } from '../../core/problems.ts';
import type { Programs } from '../../host/programs/facet.ts';
import type { Timed } from '../../host/system/facet.ts';
import { createRenewals, type Renewals } from './renewals.ts';
import type { Roster, Watched } from './roster.ts';

/** Knows of every entry whether its interpreter is alive. */
export interface Liveness {
  /** Looks at the interpreters of all entries, beside repair; never fails. */
  look(): Promise<void>;
  /** The same where the last look is too old for somebody who asks. */
  refresh(): Promise<void>;
  /** What is wrong with this very registration, as far as is known. */
  of(entry: Entry): Ailment | null;
  problems(): readonly Problem[];
  /** What is wrong with each registration, by `identify(entry)`. */
  found(): ReadonlyMap<string, readonly Problem[]>;
  /** Kept entries that are to be registered anew, since their file was replaced. */
  readonly renewals: Renewals;
  close(): void;
}

/** What it works on. */
export interface LivenessParts {
  readonly machine: Programs & Timed;
  readonly around: Omit<Surroundings, 'entries'>;
  /** All entries in search order, and whose each is. */
  readonly roster: () => Roster;
  /** Something is known that was not. */
  readonly changed: () => void;
  /** A kept entry is to be registered anew. */
  readonly due: () => void;
  /** The file of a handler of the user's own is another one, or not what it was. */
  readonly ownChanged: () => void;
}

const freshMs = 10_000;
/** More problems of entries are not told one by one. */
const mostProblems = 50;

/** Has not looked yet. */
export function createLiveness(parts: LivenessParts): Liveness {
  const { machine, changed } = parts;
  const state: State = { pins: new Map(), ailments: new Map(), own: new Map() };
  let problems: readonly Problem[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  const renewals = createRenewals(machine.clock, () => void look());

  const lookNow = async (): Promise<void> => {
    const roster = parts.roster();
    const sights = await see(machine, roster);
    if (closed) return;
    const before = JSON.stringify([...state.ailments]);
    judgeAll(parts, state, roster, sights);
    const around = { ...parts.around, entries: roster.entries };
    renewals.note(roster, state.ailments, (entry) => sights.get(entry.interpreter), around);
    const told = problemsOf(roster, state, renewals);
    const isNews =
      before !== JSON.stringify([...state.ailments]) || JSON.stringify(told) !== JSON.stringify(problems);
    problems = told;
    lookedAt = machine.clock.now();
    if (ownChanges(state, roster, sights)) parts.ownChanged();
    if (isNews) changed();
    if (renewals.isAnyDue()) parts.due();
  };
  const look = merged(() => lookNow().catch(() => {}));
  return {
    look: () => (closed ? Promise.resolve() : look()),
    refresh: () => (closed || machine.clock.now() - lookedAt < freshMs ? Promise.resolve() : look()),
    of: (entry) => state.ailments.get(identify(entry))?.ailment ?? null,
    problems: () => problems,
    found: () =>
      new Map([...state.ailments].map(([key, { name, ailment }]) => [key, [ailmentProblem(name, ailment)]])),
    renewals,
    close() {
      closed = true;
      renewals.close();
    },
  };
}

/** What is known from earlier looks. */
interface State {
  /** The file that an entry with `F` was first seen with, by `identify(entry)`. */
  readonly pins: Map<string, FileId>;
  readonly ailments: Map<string, { readonly name: string; readonly ailment: Ailment }>;
  /** What was seen of the files of own handlers, by path. */
  readonly own: Map<string, string>;
}

/** Ours are seen with our eyes, and those of others as the host's programs see them. */
async function see(machine: Programs, { watched }: Roster): Promise<ReadonlyMap<string, Sight>> {
  const paths = (own: boolean): string[] => watched.filter((w) => w.own === own).map((w) => w.path);
  const [theirs, ours] = [
    await machine.lookAtPrograms(paths(false), 'host'),
    await machine.lookAtPrograms(paths(true), 'ours'),
  ];
  return new Map([...theirs, ...ours]);
}

function judgeAll(
  { around }: LivenessParts,
  state: State,
  { entries, watched }: Roster,
  sights: ReadonlyMap<string, Sight>,
): void {
  const there = new Set(watched.flatMap(({ entry }) => (entry === null ? [] : identify(entry))));
  for (const known of [state.pins, state.ailments])
    for (const key of known.keys()) if (!there.has(key)) known.delete(key);
  const headOf = headsIn(sights);
  for (const one of watched) {
    const { entry } = one;
    const sight = sights.get(one.path);
    if (entry === null || sight === undefined) continue;
    const key = identify(entry);
    const ailment = ailmentOf(entry, sight, one.pinned ?? state.pins.get(key) ?? null, {
      ...{ ...around, entries, headOf },
    });
    if (ailment === null) state.ailments.delete(key);
    else state.ailments.set(key, { name: entry.name, ailment });
    if (sight.kind === 'file' && ailment?.code !== 'stale-interpreter' && !state.pins.has(key))
      state.pins.set(key, { dev: sight.dev, ino: sight.ino });
  }
}

/** Beginnings of the files that were looked at. */
function headsIn(sights: ReadonlyMap<string, Sight>): (path: string) => Uint8Array | null {
  return (path) => {
    const sight = sights.get(path);
    return sight?.kind === 'file' ? sight.head : null;
  };
}

/** What preparation tells of, or a renewal is about to cure, is not told twice. */
function problemsOf({ watched }: Roster, { ailments }: State, renewals: Renewals): readonly Problem[] {
  const all = watched.flatMap(({ entry, told }: Watched) => {
    const found = entry === null || told ? undefined : ailments.get(identify(entry));
    if (entry === null || found === undefined || renewals.isUnderWay(entry)) return [];
    const problem = ailmentProblem(found.name, found.ailment);
    const why = renewals.faultOf(entry);
    return [why === null ? problem : { ...problem, detail: `${problem.detail}; it is not renewed: ${why}` }];
  });
  const last = all[mostProblems - 1];
  if (last === undefined || all.length === mostProblems) return all;
  const more = `and ${all.length - mostProblems} more entries have something like it`;
  return [...all.slice(0, mostProblems - 1), { ...last, detail: `${last.detail}; ${more}` }];
}

/** Whether a file of an own handler is not what it was when it was made ready. */
function ownChanges({ own }: State, { watched }: Roster, sights: ReadonlyMap<string, Sight>): boolean {
  const before = new Map(own);
  own.clear();
  let changes = false;
  for (const { path, own: isOwn, pinned } of watched) {
    const sight = isOwn ? sights.get(path) : undefined;
    if (sight === undefined) continue;
    const now = signature(sight);
    const known = before.get(path);
    const another =
      sight.kind === 'file' && pinned !== null && (sight.dev !== pinned.dev || sight.ino !== pinned.ino);
    changes ||= known === undefined ? another : known !== now;
    own.set(path, now);
  }
  return changes;
}

function signature(sight: Sight): string {
  return sight.kind === 'file' ? `${sight.version} ${sight.barred?.why ?? sight.lacks}` : sight.kind;
}
