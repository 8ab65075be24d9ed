import type { Logger } from '../core/logger.ts';
import type { Report } from '../core/report/report.ts';
import { formatDuration } from '../core/text/duration.ts';
import type { Cancel, Clock } from '../host/system/clock.ts';
import type { ProblemBoard } from './record/problem-board.ts';

/** Whether healing stands still because somebody asked for it. */
export interface Pause {
  /** null while healing goes on. */
  state(): Report['paused'];
  /** Begins one, or changes when the present one ends; null: when somebody says so. */
  begin(forMs: number | null): void;
  end(): void;
  close(): void;
}

/**
 * No pause at first. `turned` is called after each change. A pause ends by itself by the monotonic clock, and with the
 * process: a daemon that starts heals.
 */
export function createPause(
  logger: Logger,
  board: ProblemBoard,
  clock: Clock,
  turned: (on: boolean) => void,
): Pause {
  let state: Report['paused'] = null;
  let stopTimer: Cancel = () => {};

  const end = (why: string): void => {
    stopTimer();
    if (state === null) return;
    state = null;
    logger.info({ event: 'resumed' }, `healing goes on: ${why}`);
    board.set('paused', 'daemon', null, true);
    turned(false);
  };

  return {
    state: () => state,
    begin(forMs) {
      stopTimer();
      const now = clock.wall();
      state = { since: state?.since ?? now, until: forMs === null ? null : now + forMs };
      if (forMs !== null) stopTimer = clock.after(forMs, () => end('the time is over'));
      // No time of day: whoever reads this may be in another zone than the daemon. Reports say how long it still lasts.
      const length = forMs === null ? 'until somebody resumes' : `in a pause of ${formatDuration(forMs)}`;
      board.set('paused', 'daemon', `nothing is healed or probed ${length}`);
      turned(true);
    },
    end: () => end('somebody asked for it'),
    close: () => stopTimer(),
  };
}
