import type { Entry } from './entry.ts';

/** Everything one look at an instance yields. */
export interface Observed {
  /** false after `0` was written to `status`. */
  readonly enabled: boolean;
  /** In the kernel's search order, newest first. */
  readonly entries: readonly Entry[];
}
