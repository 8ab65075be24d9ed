import type { Logger } from '../../core/logger.ts';
import { type Problem, type ProblemCode, problemCatalogue } from '../../core/problems.ts';
import { problemWords } from '../../core/report/log-words.ts';
import { remedyOf } from '../../core/report/remedy.ts';
import { type Here, usualHere } from '../../core/text/typed.ts';

/** The problems that stand now; a change of one is logged once, when it comes and when it goes. */
export interface ProblemBoard {
  /** Raises a problem, or with null takes it back; `quiet`: whoever does so logs what solved it. */
  set(
    code: ProblemCode,
    subject: string,
    detail: string | null,
    quiet?: boolean,
    values?: Problem['values'],
  ): void;
  /** Makes these, and no others, the problems of one origin, such as the mounts. */
  sync(origin: string, problems: readonly Problem[]): void;
  /** Takes back what was raised under conditions that are no more. */
  retract(stale: (problem: Problem) => boolean): void;
  list(): readonly Problem[];
}

const levels = { error: 'error', warning: 'warn', notice: 'info' } as const;

/** An empty board. */
export function createProblemBoard(
  logger: Logger,
  changed: () => void,
  here: Here = usualHere,
): ProblemBoard {
  const standing = new Map<string, Problem>();
  const origins = new Map<string, ReadonlyMap<string, Problem>>();
  const set: ProblemBoard['set'] = (code, subject, detail, quiet = false, values = undefined) => {
    const { title, severity } = problemCatalogue[code];
    const key = `${code} ${subject}`;
    const known = standing.get(key);
    if (detail === null) {
      if (!standing.delete(key)) return;
      if (!quiet) logger.info({ event: 'solved', problem: code, subject }, `solved: ${title} (${subject})`);
    } else {
      if (known?.detail === detail) return;
      const problem: Problem = { code, subject, detail, ...(values === undefined ? {} : { values }) };
      standing.set(key, problem);
      logger[levels[severity]](
        { event: 'problem', problem: code, subject, detail, remedy: remedyOf(problem, here) },
        problemWords(title, subject, detail),
      );
    }
    changed();
  };
  return {
    set,
    sync(origin, problems) {
      const before = origins.get(origin);
      const now = new Map<string, Problem>();
      for (const p of problems) {
        const key = `${p.code} ${p.subject}`;
        // Two of the same kind about the same thing are one, or each look would log both again.
        const twin = now.get(key);
        now.set(key, twin ? { ...p, detail: `${twin.detail}; ${p.detail}` } : p);
      }
      for (const [key, p] of before ?? []) if (!now.has(key)) set(p.code, p.subject, null);
      for (const p of now.values()) set(p.code, p.subject, p.detail, false, p.values);
      origins.set(origin, now);
    },
    retract(stale) {
      for (const p of [...standing.values()].filter(stale)) set(p.code, p.subject, null);
    },
    list: () => [...standing.values()],
  };
}
