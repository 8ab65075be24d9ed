import type { Adopted } from './custody.ts';
import type { Entry, EntryId } from './entry.ts';
import type { InterpreterIdentity } from './handler.ts';

/** What we recorded when we registered an entry. */
export interface EntryRecord {
  readonly id: EntryId;
  readonly interpreter: InterpreterIdentity | null;
}

/** Whether an entry of somebody else was seen to work, by execution. */
export type Verdict = 'works' | 'broken';

/** What the keeper remembers between two looks; all of it can be lost without harm. */
export interface Memory {
  /** By entry name. */
  readonly records: ReadonlyMap<string, EntryRecord>;
  /** By `identify(entry)`. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Keys of handlers whose probe met another interpreter than the entry names: they are registered anew once. */
  readonly mistrusted: ReadonlySet<string>;
  /** By entry name: foreign entries as they were when they were good. */
  readonly adopted: ReadonlyMap<string, Adopted>;
}

/** One registration of one entry as a key: the name alone would confuse it with its successor. */
export function identify(entry: Entry): string {
  return `${entry.id.ino}:${entry.id.ctimeMs}:${entry.name}`;
}

/** Whether both are the same registration. */
export function sameEntry(a: EntryId, b: EntryId): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.ctimeMs === b.ctimeMs;
}
