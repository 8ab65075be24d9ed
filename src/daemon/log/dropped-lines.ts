import { counted } from '../../core/report/log-words.ts';
import type { Log } from './log.ts';

/** Looks whether lines of the log were dropped since the last call. */
export type DroppedLines = () => void;

/** One reader that was slow for a moment is over when so many looks in a row found nothing new. */
const quietLooks = 3;

/**
 * Raises a problem while lines of the log are dropped, and takes it back when its reader is there again. How many were
 * lost is then told in the log itself, where somebody looks for what is missing.
 */
export function createDroppedLines(log: Log, problem: (detail: string | null) => void): DroppedLines {
  let known = 0;
  let quiet = quietLooks;
  return () => {
    const now = log.dropped();
    if (now > known) {
      known = now;
      quiet = 0;
      problem(`${counted(now, 'line')} since the start could not be written`);
      return;
    }
    if (quiet === quietLooks) return;
    quiet += 1;
    if (quiet < quietLooks) return;
    problem(null);
    log.logger.warn(
      { event: 'log-dropped', dropped: known },
      `the log can be written again; ${counted(known, 'line')} since the start ${known === 1 ? 'was' : 'were'} dropped`,
    );
  };
}
