import type { Logger } from 'pino';
import type { Problem, ProblemCode } from '../core/problems.ts';

/** The problems that stand now; a change of one is logged once, when it comes and when it goes. */
export interface ProblemBoard {
  /** Raises a problem, or with null takes it back. */
  set(code: ProblemCode, subject: string, detail: string | null): void;
  list(): readonly Problem[];
}

/** An empty board. */
export function createProblemBoard(logger: Logger, changed: () => void): ProblemBoard {
  const standing = new Map<string, Problem>();
  return {
    set(code, subject, detail) {
      const key = `${code} ${subject}`;
      const known = standing.get(key);
      if (detail === null) {
        if (!standing.delete(key)) return;
        logger.info({ problem: code, subject }, `solved: ${code}`);
      } else {
        if (known?.detail === detail) return;
        standing.set(key, { code, subject, detail });
        logger.warn({ problem: code, subject, detail }, `problem: ${code}`);
      }
      changed();
    },
    list: () => [...standing.values()],
  };
}
