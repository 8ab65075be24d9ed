import type { Problem } from '../problems.ts';
import type { Check } from './facts/check.ts';
import type { Facts } from './facts/facts.ts';

/** What the report says: problems of the keeper, and what is wrong with each entry, whoever registered it. */
export const reported: Check = {
  id: 'reported',
  check: (facts): readonly Problem[] => {
    const { report, refusal, main } = facts;
    if (report === null) {
      if (refusal === null || isUsualContainer(facts)) return [];
      return [{ ...refusal, subject: refusal.code === 'instance-missing' ? main : '' }];
    }
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

/** In an ordinary container nothing is mounted, and the entries of the host serve all the same: that is no fault of it. */
export function isUsualContainer({
  report,
  refusal,
  initialUser,
  hostMounts,
  onHost,
}: Pick<Facts, 'report' | 'refusal' | 'initialUser' | 'hostMounts' | 'onHost'>): boolean {
  const unmounted = report === null && refusal?.code === 'instance-missing';
  return unmounted && initialUser && !hostMounts && onHost === null;
}
