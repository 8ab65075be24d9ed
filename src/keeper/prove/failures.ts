import type { Cancel, Clock } from '../../host/system/clock.ts';

/** Probes that failed, and when each is run again. */
export interface Failures {
  /** Failed once more: it is run again, later each time. */
  tryAgain(key: string): void;
  /** Works, or is not proved any more. */
  forgive(key: string): void;
  forgiveAll(): void;
}

/** A probe that failed is run again after this, then after twice as long each time, up to the usual interval. */
const againMs = 1000;

/**
 * None failed yet. What made one fail may be over without any event of the instance: memory that was short, somebody's
 * brief entry.
 */
export function createFailures(
  clock: Pick<Clock, 'after'>,
  mostMs: () => number,
  again: (key: string) => void,
): Failures {
  const failures = new Map<string, { readonly waitMs: number; readonly cancel: Cancel }>();
  const forgive = (key: string): void => {
    failures.get(key)?.cancel();
    failures.delete(key);
  };
  return {
    tryAgain(key) {
      const before = failures.get(key);
      before?.cancel();
      const waitMs = Math.min((before?.waitMs ?? againMs / 2) * 2, mostMs());
      failures.set(key, { waitMs, cancel: clock.after(waitMs, () => again(key), 'idle') });
    },
    forgive,
    forgiveAll() {
      for (const key of failures.keys()) forgive(key);
    },
  };
}
