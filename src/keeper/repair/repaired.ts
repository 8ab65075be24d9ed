import type { TaskResult } from './apply.ts';

/** What one repair did. */
export interface Repaired {
  readonly results: readonly TaskResult[];
  /**
   * Milliseconds until something may go on: a handler that the storm rule holds back, new entries not yet read, a write
   * for which the host had no means.
   */
  readonly again: number | null;
  /** The storm rule held something back, so that it is not in order. */
  readonly held?: boolean;
}

export const nothingRepaired: Repaired = { results: [], again: null };

/** What two repairs in a row did. */
export function both(a: Repaired, b: Repaired): Repaired {
  return {
    results: [...a.results, ...b.results],
    again: earlier(a.again, b.again),
    held: a.held === true || b.held === true,
  };
}

/** The earlier of two moments, of which there may be none. */
export function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
