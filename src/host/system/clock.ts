import { setTimeout as sleep } from 'node:timers/promises';

/** Takes back what has not happened yet. */
export type Cancel = () => void;

/** Time as the keeper gets it handed in: it has none of its own. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Unix time in milliseconds. */
  wall(): number;
  /** Calls once, so many milliseconds from now. With `idle` the process may end before that. */
  after(ms: number, call: () => void, idle?: 'idle'): Cancel;
  /** Calls in the next turn of the loop, when what waits in this one is done. */
  soon(call: () => void): Cancel;
  sleep(ms: number): Promise<void>;
}

/** The clock of this machine. */
export const clock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, call, idle) {
    const timer = setTimeout(call, ms);
    if (idle !== undefined) timer.unref();
    return () => clearTimeout(timer);
  },
  soon(call) {
    const planned = setImmediate(call);
    return () => clearImmediate(planned);
  },
  sleep: (ms) => sleep(ms),
};
