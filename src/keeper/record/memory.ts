import type { Adopted } from '../../core/plan/custody.ts';
import type { EntryRecord, Memory, Verdict } from '../../core/plan/memory.ts';

/** The keeper's memory as the daemon changes it; the planner sees it as read-only. */
export interface LiveMemory extends Memory {
  readonly records: Map<string, EntryRecord>;
  readonly verdicts: Map<string, Verdict>;
  /** Why the verdict `untrusted` was given, by `identify(entry)`. */
  readonly doubts: Map<string, string>;
  readonly mistrusted: Set<string>;
  readonly adopted: Map<string, Adopted>;
  readonly stores: Set<string>;
}

/** A memory that starts with what an earlier run on the same boot recorded. */
export function createMemory(
  records: Iterable<readonly [string, EntryRecord]> = [],
  adopted: Iterable<readonly [string, Adopted]> = [],
  stores: Iterable<string> = [],
): LiveMemory {
  return {
    records: new Map(records),
    verdicts: new Map(),
    doubts: new Map(),
    mistrusted: new Set(),
    adopted: new Map(adopted),
    stores: new Set(stores),
  };
}
