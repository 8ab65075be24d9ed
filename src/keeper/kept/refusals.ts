import type { TaskResult } from '../repair/apply.ts';

/** Paces writes that the kernel refused: no event tells that it would take now what it refused. */
export interface Refusals {
  /** Takes how a write ended; returns after how many milliseconds it is to be tried again. */
  note(name: string, result: TaskResult, now: number): number | null;
  /** Until when nothing is written for that name; 0 where it was not refused. */
  until(name: string): number;
  clear(): void;
}

/** A write that the kernel refused is tried again after this many milliseconds, doubling up to half a minute. */
const firstRetryMs = 1000;
const lastRetryMs = 30_000;

/** Nothing was refused yet. */
export function createRefusals(): Refusals {
  const refusals = new Map<string, { readonly pause: number; readonly until: number }>();
  return {
    note(name, { failed }, now) {
      const last = refusals.get(name);
      refusals.delete(name);
      if (failed === null) return null;
      const pause = Math.min(last === undefined ? firstRetryMs : last.pause * 2, lastRetryMs);
      refusals.set(name, { pause, until: now + pause });
      return pause;
    },
    until: (name) => refusals.get(name)?.until ?? 0,
    clear: () => refusals.clear(),
  };
}
