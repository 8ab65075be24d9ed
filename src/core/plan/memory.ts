import type { Entry, EntryId } from '../kernel/entry.ts';
import type { Adopted } from './custody.ts';
import type { InterpreterIdentity } from './handler.ts';

/** What we recorded when we registered an entry. */
export interface EntryRecord {
  readonly id: EntryId;
  readonly interpreter: InterpreterIdentity | null;
}

/** Whether an entry of somebody else was seen to work, by execution; `untrusted` runs what others could change. */
export type Verdict = 'works' | 'broken' | 'untrusted';

/** What the keeper remembers between two looks; all of it can be lost without harm. */
export interface Memory {
  /** By entry name. */
  readonly records: ReadonlyMap<string, EntryRecord>;
  /** By `identify(entry)`. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Keys of handlers whose probe met another interpreter than the entry names: they are registered anew once. */
  readonly mistrusted: ReadonlySet<string>;
  /** Directories of interpreters that this boot's keepers have deployed to, also before the setting was changed. */
  readonly stores: ReadonlySet<string>;
  /** By entry name: foreign entries as they were when they were good. */
  readonly adopted: ReadonlyMap<string, Adopted>;
}

/** One registration of one entry as a key: the name alone would confuse it with its successor. */
export function identify(entry: Entry): string {
  return `${entry.id.dev}:${entry.id.ino}:${entry.name}`;
}

/**
 * Whether both are the same registration. The inode number alone tells: the kernel takes it from one counter for all its
 * pseudo file systems (get_next_ino), so that it comes back after 2^32 of them only, even in a new superblock of the same
 * device. Times tell nothing: chmod, chown and utimes move them and leave the registration as it was.
 */
export function sameEntry(a: EntryId, b: EntryId): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
