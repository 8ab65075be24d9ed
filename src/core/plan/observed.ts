import type { Entry } from '../kernel/entry.ts';

/** Everything one look at an instance yields. */
export interface Observed {
  /** false after `0` was written to `status`. */
  readonly enabled: boolean;
  /** In the kernel's search order, newest first. */
  readonly entries: readonly Entry[];
  /** How many entries there are, those included that do not concern us. */
  readonly total: number;
  /** All of them in the same order; what does not concern us may have been read a while ago. */
  readonly all?: readonly Entry[];
  /** There are more new entries than one look reads: the next look goes on with them. */
  readonly unfinished?: boolean;
}
