import type { Handler } from '../../core/plan/handler.ts';
import { lineOf } from './canary.ts';

/** Handlers on their way to a trial with native programs, one trial after the other. */
export interface Trials {
  /** Waits for the next trial. */
  add(handler: Handler): void;
  /** Under trial now: what comes and goes for its sake is no reason for another one. */
  isUnderWay(line: string): boolean;
  /** Tries all that wait, and what is added meanwhile; resolves when none waits. */
  start(): Promise<void>;
  /** Resolves when nothing is under trial. */
  settled(): Promise<void>;
  /** Begins no further trial. */
  close(): void;
}

/** Nothing waits yet; `choose` says which of those that wait are still to be tried, and as what. */
export function createTrials(
  choose: (waiting: readonly Handler[]) => readonly Handler[],
  judge: (suspects: readonly Handler[]) => Promise<void>,
): Trials {
  /** By their lines. */
  const waiting = new Map<string, Handler>();
  const trying = new Set<string>();
  let running: Promise<void> | null = null;
  let closed = false;

  const drain = async (): Promise<void> => {
    while (waiting.size > 0 && !closed) {
      const all = [...waiting.values()];
      waiting.clear();
      const suspects = choose(all);
      for (const handler of suspects) trying.add(lineOf(handler));
      if (suspects.length > 0) await judge(suspects).finally(() => trying.clear());
    }
  };

  return {
    add: (handler) => void waiting.set(lineOf(handler), handler),
    isUnderWay: (line) => trying.has(line),
    start() {
      running ??= drain().finally(() => {
        running = null;
      });
      return running;
    },
    settled: () => running ?? Promise.resolve(),
    close() {
      closed = true;
    },
  };
}
