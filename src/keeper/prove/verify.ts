import type { ProbeResult } from '../../host/probe/probe.ts';
import type { Clock } from '../../host/system/clock.ts';

/** One platform to prove: what serves it now, and how to run its probe. */
export interface VerifyJob {
  readonly key: string;
  /** Names the registration that serves; a result speaks of this one only. */
  readonly generation: string;
  /** Null where nothing is to be said. */
  readonly run: () => Promise<ProbeResult | null>;
}

/** A result with the registration that it speaks of. */
export interface Verified {
  readonly key: string;
  readonly generation: string;
  readonly result: ProbeResult;
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** The queue of probes: at most two at once, one for each key, the newest request of a key in place of an older one. */
export interface VerifyQueue {
  add(job: VerifyJob): void;
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>;
  readonly pending: number;
  /** Whether this registration of a key is being proved. */
  runs(key: string, generation: string): boolean;
}

const most = 2;

/** Makes a queue which hands every result to `onResult`; repair never waits for it. */
export function createVerifyQueue(clock: Clock, onResult: (verified: Verified) => void): VerifyQueue {
  const waiting = new Map<string, VerifyJob>();
  const running = new Map<string, string>();
  let idlers: (() => void)[] = [];

  const next = (): void => {
    if (waiting.size + running.size === 0) {
      for (const wake of idlers.splice(0)) wake();
      return;
    }
    if (running.size >= most) return;
    const job = [...waiting.values()].find((j) => !running.has(j.key));
    if (job === undefined) return;
    waiting.delete(job.key);
    running.set(job.key, job.generation);
    void attempt(job).then((result) => {
      running.delete(job.key);
      clock.soon(next);
      if (result !== null) onResult({ key: job.key, generation: job.generation, result, at: clock.wall() });
    });
    // One spawn blocks the loop for about a millisecond: the next one waits for the next turn.
    clock.soon(next);
  };

  return {
    add(job) {
      waiting.set(job.key, job);
      clock.soon(next);
    },
    idle: () => {
      if (waiting.size + running.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        idlers = [...idlers, resolve];
      });
    },
    runs: (key, generation) => running.get(key) === generation,
    get pending() {
      return waiting.size + running.size;
    },
  };
}

/** What threw proves nothing, and holds no place. */
async function attempt(job: VerifyJob): Promise<ProbeResult | null> {
  try {
    return await job.run();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const detail = `the probe could not be run: ${why}`;
    return { verdict: 'undecided', detail, interpreter: null, tookMs: 0 };
  }
}
