import type { EntryId } from '../../core/kernel/entry.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Locked } from '../lock/instance-lock.ts';

/** An entry's file as read: its text as a byte string, and which registration it is. */
export interface RawEntry {
  readonly text: string;
  readonly id: EntryId;
}

/**
 * One binfmt_misc superblock, synchronous, bound to one open descriptor of its root, so that over-mounts and lazy
 * unmounts of any path do not matter. Names are byte strings. Nothing here throws for what the kernel refuses.
 */
export interface Instance {
  /** Identity of the superblock's root, to tell it from another one. */
  readonly root: EntryId;
  /** Path through the held descriptor, for `fs.watch`. */
  readonly path: string;
  /** Milliseconds of the monotonic clock by which what is done here is timed. */
  now(): number;
  /** false after `0` was written to `status`. */
  enabled(): boolean;
  /** Names of all entries in the kernel's order, newest first. */
  names(): string[];
  /** Whether there is no entry at all. */
  isEmpty(): boolean;
  /** One entry, or null where there is none of that name. */
  read(name: string): RawEntry | null;
  /**
   * The same, but `gone` where the one that was read under this name before is there no more: it may have been replaced.
   * To look for a name that is not there takes longest of all.
   */
  glance(name: string): RawEntry | 'gone' | null;
  /** Writes one registration line in one write(2). */
  register(line: Uint8Array): Outcome;
  /** Opens `register` once at most for all lines that are written meanwhile. */
  batch<T>(work: () => T): T;
  /** Writes `1` (enable) or `-1` (remove) to an entry after comparing, on the same descriptor, that it is still `id`. ESTALE where it is another one. */
  change(name: string, value: '1' | '-1', id: EntryId): Outcome;
  /** Writes `1` to `status`; nothing else is ever written there. */
  enable(): Outcome;
  /** Tries to take the exclusive lock on the instance, or what of it is not held yet; `EAGAIN` where another keeper has it. */
  lock(): Locked;
  /** Says to whoever tries for the lock that it is kept for long. */
  stay(): void;
  unlock(): void;
  close(): void;
}
