import type { FileId } from '../../core/entries/ailment.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { isTaken } from '../../core/plan/classify.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { sameEntry } from '../../core/plan/memory.ts';
import { isOurs } from '../../core/plan/ownership.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import type { Situation } from '../prepare/situation.ts';
import type { LiveMemory } from '../record/memory.ts';

/** An interpreter to look at. */
export interface Watched {
  /** Byte string. */
  readonly path: string;
  /** Null for an own handler that has none. */
  readonly entry: Entry | null;
  /** Of a handler of the user's own. */
  readonly own: boolean;
  /** Of an entry of others that we keep. */
  readonly kept: boolean;
  /** The file that the kernel holds, where we registered it. */
  readonly pinned: FileId | null;
  /** What is wrong with it is told by whoever prepares handlers. */
  readonly told: boolean;
}

/** All entries in search order, and what of them is looked at. */
export interface Roster {
  readonly entries: readonly Entry[];
  readonly watched: readonly Watched[];
  readonly isOurs: (entry: Entry) => boolean;
}

/** Platforms of ours are proved by programs, and their files lie in the store; all others are looked at. */
export function rosterOf({ repair, world }: Situation, memory: LiveMemory): Roster {
  const { observed } = repair.view();
  const { desired, problems } = world;
  const kept = new Set(world.kept.filter((one) => one.published !== true).map((one) => one.name));
  const entries = observed.all ?? observed.entries;
  const own = new Map(desired.handlers.filter(isOwn).map((h) => [h.registration.name, h]));
  const told = new Set(problems.map((p) => p.subject));
  const mine = (entry: Entry): boolean => isOurs(entry, desired, memory);
  const missing = new Map(own);
  const watched = entries.flatMap((entry): Watched[] => {
    const { name, enabled, interpreter: path } = entry;
    const handler = own.get(name);
    if (handler !== undefined && !isTaken(handler, entry, desired, memory)) {
      missing.delete(name);
      return [{ path, entry, own: true, kept: false, pinned: pinnedBy(entry, memory), told: told.has(name) }];
    }
    if (!enabled || mine(entry)) return [];
    return [{ path, entry, own: false, kept: kept.has(name), pinned: null, told: false }];
  });
  const absent = [...missing.values()].map(({ registration }) => ({
    path: registration.interpreter,
    entry: null,
    ...{ own: true, kept: false, pinned: null, told: true },
  }));
  return { entries, watched: [...watched, ...absent], isOurs: mine };
}

/** Whether the user wrote it, and not the catalogue. */
function isOwn({ key }: Pick<Handler, 'key'>): boolean {
  return architectureOf(key) === undefined;
}

function pinnedBy({ name, id }: Entry, { records }: LiveMemory): FileId | null {
  const record = records.get(name);
  return record !== undefined && sameEntry(record.id, id) ? record.interpreter : null;
}
