import type { Cancel, Clock } from '../../host/system/clock.ts';
import type { Curable } from './curable.ts';

/** Prepares again what could not be made ready, by a timer with back-off and at once where something stirs. */
export interface Retry {
  /** How things stand after the last preparation; `places` are paths whose change may cure it. */
  settle(state: Curable, places: readonly string[]): void;
  /** Something happened that may have cured what is wrong. */
  stir(): void;
  close(): void;
}

/** Tells of changes on the way to some paths. */
export interface Places {
  /** Watches the way to these paths, and nothing else. */
  use(paths: readonly string[]): Promise<void>;
  close(): void;
}

/** Begins to tell of changes; `changed` is called with each. */
export type WatchPlaces = (changed: () => void) => Places;

/** Makes a retry that waits until something is wrong; `work` settles it again when it is done. */
export function createRetry(clock: Clock, watchPlaces: WatchPlaces, work: () => Promise<void>): Retry {
  const pace = createPace(clock);
  let state: Curable = 'no';
  let cancel: Cancel = () => {};
  let due = Number.POSITIVE_INFINITY;
  let running = false;
  let closed = false;

  const wake = (ms: number): void => {
    const at = clock.now() + ms;
    if (closed || running || at >= due) return;
    cancel();
    due = at;
    cancel = clock.after(ms, () => void run(), 'idle');
  };

  const rest = (): void => {
    cancel();
    due = Number.POSITIVE_INFINITY;
  };

  const run = async (): Promise<void> => {
    rest();
    running = true;
    const from = clock.now();
    await work().finally(() => {
      running = false;
      pace.worked(from);
    });
    next();
  };

  const next = (): void => {
    if (state !== 'no') wake(pace.next(state));
  };

  const stir = (): void => {
    if (state === 'yes' && !running) wake(pace.stirred());
  };

  const places = watchPlaces(stir);
  return {
    settle(now, paths) {
      if (closed) return;
      if (now !== state) pace.anew();
      state = now;
      void places.use(now === 'yes' ? paths : []);
      if (running) return;
      rest();
      next();
    },
    stir,
    close() {
      closed = true;
      rest();
      places.close();
    },
  };
}

/** How long to wait before the next preparation. */
interface Pace {
  /** By the timer; the pauses before what is missing grow with each. */
  next(state: Exclude<Curable, 'no'>): number;
  /** Where something stirred. */
  stirred(): number;
  /** Another state: the pauses begin small again. */
  anew(): void;
  /** A preparation that began then is over. */
  worked(from: number): void;
}

const firstPauseMs = 1000;
const lastPauseMs = 30_000;
const slowPauseMs = 60_000;
/** What stirs without end must not have us prepare without end: of the time that takes a twentieth, or less. */
const stirredPauseMs = 1000;
const share = 20;

function createPace(clock: Clock): Pace {
  let pauseMs = firstPauseMs;
  let endedAt = Number.NEGATIVE_INFINITY;
  let tookMs = 0;
  return {
    next(state) {
      if (state === 'slowly') return slowPauseMs;
      const ms = pauseMs;
      pauseMs = Math.min(pauseMs * 2, lastPauseMs);
      return ms;
    },
    stirred() {
      const least = Math.max(stirredPauseMs, Math.min(share * tookMs, lastPauseMs));
      return Math.max(100, endedAt + least - clock.now());
    },
    anew() {
      pauseMs = firstPauseMs;
    },
    worked(from) {
      endedAt = clock.now();
      tookMs = endedAt - from;
    },
  };
}
