/** How often one handler was healed lately; all times are milliseconds of a monotonic clock. */
export interface Storm {
  readonly heals: readonly number[];
  /** When the storm began, or null in quiet times. */
  readonly since: number | null;
}

/** No heal yet. */
export const calm: Storm = { heals: [], since: null };

const window = 10_000;
const most = 20;
const pause = 100;
const quiet = 60_000;

/** Takes note of a heal. With the 20th within 10 s it is a storm, until a minute passes without one. */
export function healed(storm: Storm, now: number): Storm {
  const last = storm.heals.at(-1);
  const over = last !== undefined && now - last >= quiet;
  const heals = [...storm.heals.filter((t) => now - t < window), now].slice(-most);
  const since = over ? null : storm.since;
  return { heals, since: since ?? (heals.length >= most ? now : null) };
}

/** Milliseconds until this handler may be healed again; 0 is at once. Two writers with different wishes would fight for ever. */
export function wait(storm: Storm, now: number): number {
  const last = storm.heals.at(-1);
  if (!isStorm(storm, now) || last === undefined) return 0;
  return Math.max(0, last + pause - now);
}

/** Whether a storm goes on. */
export function isStorm(storm: Storm, now: number): boolean {
  const last = storm.heals.at(-1);
  return storm.since !== null && last !== undefined && now - last < quiet;
}
