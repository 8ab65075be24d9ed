import type { Problem } from '../problems.ts';
import type { Check } from './facts/check.ts';

/** What the report says: problems of the keeper, and what is wrong with each entry, whoever registered it. */
export const reported: Check = {
  id: 'reported',
  check: ({ report, refusal }): readonly Problem[] => {
    if (report === null) return refusal === null ? [] : [{ ...refusal, subject: '' }];
    return [
      ...report.problems.map(({ code, subject, detail }) => ({ code, subject, detail })),
      ...report.entries.flatMap(({ wrong }) => wrong),
    ];
  },
};
