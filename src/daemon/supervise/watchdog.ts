/** How often a supervisor wants a sign of life, and whether it is time for one. */
export interface Watchdog {
  /** How long the loop may go without a look, milliseconds; Infinity where nobody waits. */
  readonly pulseMs: number;
  /** Whether a sign is due; the caller gives it. */
  isDue(): boolean;
}

/** `ms`: how soon after one sign the supervisor wants the next, null where it does not watch. */
export function createWatchdog(ms: number | null): Watchdog {
  let lastSign = -Infinity;
  return {
    // A third, so that one look that comes late is not the end.
    pulseMs: ms === null ? Infinity : ms / 3,
    isDue() {
      const now = performance.now();
      if (ms === null || now - lastSign < ms / 4) return false;
      lastSign = now;
      return true;
    },
  };
}
