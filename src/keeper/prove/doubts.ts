import type { Handler } from '../../core/plan/handler.ts';
import type { Cancel, Clock } from '../../host/system/clock.ts';
import type { ProblemBoard } from '../record/problem-board.ts';
import { lineOf } from './canary.ts';

/** Handlers of which nobody could try whether native programs go on with them. */
export interface Doubts {
  has(line: string): boolean;
  all(): readonly Handler[];
  add(handler: Handler, why: string): void;
  /** Tried meanwhile, or not wanted any more. */
  forget(line: string): void;
  /** Has them tried again in a while, longer each time, as long as there are some. */
  plan(): void;
  close(): void;
}

/** What could not be tried is tried again after this many milliseconds, doubling up to a minute. */
const firstPauseMs = 1000;
const lastPauseMs = 60_000;

/** No doubts yet; `again` gets all that there are when their pause is over. */
export function createDoubts(
  clock: Pick<Clock, 'after'>,
  board: Pick<ProblemBoard, 'set'>,
  again: (doubtful: readonly Handler[]) => void,
): Doubts {
  /** By their lines. */
  const doubtful = new Map<string, Handler>();
  let later: Cancel | null = null;
  let pauseMs = firstPauseMs;
  let closed = false;

  return {
    has: (line) => doubtful.has(line),
    all: () => [...doubtful.values()],
    add(handler, why) {
      doubtful.set(lineOf(handler), handler);
      board.set('canary-undecided', handler.registration.name, why);
    },
    forget(line) {
      const handler = doubtful.get(line);
      if (handler !== undefined) board.set('canary-undecided', handler.registration.name, null);
      doubtful.delete(line);
    },
    plan() {
      if (doubtful.size === 0) pauseMs = firstPauseMs;
      if (doubtful.size === 0 || later !== null || closed) return;
      const ring = (): void => {
        later = null;
        again([...doubtful.values()]);
      };
      later = clock.after(pauseMs, ring, 'idle');
      pauseMs = Math.min(pauseMs * 2, lastPauseMs);
    },
    close() {
      closed = true;
      later?.();
    },
  };
}
