import type { Repair, Repaired } from './repair.ts';

/** When repairs run. */
export interface Turns {
  /** Something happened: look again, our own names at once and the rest in the same turn of the loop. */
  look(): void;
  /** Like `look`, for a timer: everything at once. */
  lookAtAll(): void;
  close(): void;
}

/**
 * Merges triggers: the first event of a turn repairs our own names at once, whatever else arrives in that turn is
 * looked at together afterwards, and a handler held back by the storm rule gets a timer.
 */
export function createTurns(
  repair: () => Pick<Repair, 'own' | 'full'>,
  onRepaired: (repaired: Repaired, sinceMs: number) => void,
): Turns {
  let planned: NodeJS.Immediate | null = null;
  let later: NodeJS.Timeout | null = null;
  let closed = false;

  const run = (which: 'own' | 'full'): void => {
    if (closed) return;
    const now = performance.now();
    const repaired = repair()[which](now);
    if (repaired.again !== null && later === null) {
      later = setTimeout(() => {
        later = null;
        run('full');
      }, repaired.again);
    }
    if (repaired.results.length > 0) onRepaired(repaired, performance.now() - now);
  };

  return {
    look() {
      if (closed || planned !== null) return;
      planned = setImmediate(() => {
        planned = null;
        run('full');
      });
      run('own');
    },
    lookAtAll: () => run('full'),
    close() {
      closed = true;
      if (planned !== null) clearImmediate(planned);
      if (later !== null) clearTimeout(later);
    },
  };
}
