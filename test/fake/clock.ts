import type { Clock } from '../../src/host/system/clock.ts';

/** A clock that stands still until somebody moves it on. */
export interface HandClock extends Clock {
  /** Lets so many milliseconds pass, with everything that is due in them, in its order. */
  tick(ms: number): void;
}

/** Unix time when the clock was made. */
const begun = 1_700_000_000_000;

/** Makes one at zero. What is to happen soon happens with the next tick, before any time passes. */
export function handClock(): HandClock {
  let now = 0;
  let soon: (() => void)[] = [];
  let timers: { readonly at: number; readonly call: () => void }[] = [];
  const runSoon = (): void => {
    for (const call of soon.splice(0)) call();
  };
  const after = (ms: number, call: () => void) => {
    const timer = { at: now + Math.max(1, ms), call };
    timers.push(timer);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  };
  return {
    now: () => now,
    wall: () => begun + now,
    after,
    soon(call) {
      soon.push(call);
      return () => {
        soon = soon.filter((one) => one !== call);
      };
    },
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    tick(ms) {
      const end = now + ms;
      runSoon();
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((one) => one !== next);
        now = next.at;
        next.call();
        runSoon();
      }
      now = end;
    },
  };
}
