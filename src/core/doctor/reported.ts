import type { Problem } from '../problems.ts';
import type { Check } from './facts/check.ts';

/** What the report says: problems of the keeper, and what is wrong with each entry, whoever registered it. */
export const reported: Check = {
  id: 'reported',
  check: ({ report, refusal }): readonly Problem[] => {
    if (report === null) return refusal === null ? [] : [{ ...refusal, subject: '' }];
    // Of a platform that nobody registered the probe says nothing new.
    const unregistered = new Set(
      report.problems.filter((p) => p.code === 'not-registered').map((p) => p.subject),
    );
    const untold = new Set(
      report.handlers.filter(({ key }) => unregistered.has(key)).map(({ name }) => name),
    );
    return [
      ...report.problems
        .filter(({ code, subject }) => code !== 'probe-not-registered' || !untold.has(subject))
        .map(({ code, subject, detail }) => ({ code, subject, detail })),
      ...report.entries.flatMap(({ wrong }) => wrong),
    ];
  },
};
