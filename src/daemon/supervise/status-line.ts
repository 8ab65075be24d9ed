import type { Report } from '../../core/report/report.ts';
import { statusWords } from './status-words.ts';

/** The one line that a supervisor shows of us; told only when it is another than before. */
export interface StatusLine {
  /** The assignment of what is to be told now; none where it was told already. */
  next(): readonly string[];
  /** The assignment of words that no report has. */
  say(words: string): string;
  /** Something in the report may be different now: a second later `changed` gets what is to be told. */
  later(): void;
  close(): void;
}

const statusEveryMs = 1000;

/** Nothing was told yet. */
export function createStatusLine(
  report: () => Report | null,
  onFault: (error: unknown) => void,
  changed: (...assignments: readonly string[]) => void,
): StatusLine {
  let told = '';
  let faulty = false;
  let pending: NodeJS.Timeout | null = null;
  let closed = false;

  /** A report that cannot be drawn up is a defect, but no reason to end what heals; told once until it can be again. */
  const words = (): string => {
    try {
      const current = report();
      faulty = false;
      return current === null ? 'starting' : statusWords(current);
    } catch (error) {
      if (!faulty) onFault(error);
      faulty = true;
      return told;
    }
  };

  const say = (now: string): string => {
    told = now;
    return `STATUS=${now}`;
  };

  const next = (): readonly string[] => {
    const now = words();
    return now === told ? [] : [say(now)];
  };

  return {
    next,
    say,
    later() {
      if (pending !== null || closed) return;
      pending = setTimeout(() => {
        pending = null;
        const assignments = next();
        if (assignments.length > 0) changed(...assignments);
      }, statusEveryMs);
    },
    close() {
      closed = true;
      if (pending !== null) clearTimeout(pending);
    },
  };
}
