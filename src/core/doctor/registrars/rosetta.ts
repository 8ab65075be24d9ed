import type { Check } from '../facts/check.ts';

/** Rosetta on a kernel that hands it what it does not know. */
export const rosetta: Check = {
  id: 'rosetta',
  check: ({ report, hasHwcap3 }) =>
    (report?.entries ?? [])
      .filter(({ owner, enabled }) => hasHwcap3 && enabled && owner.kind === 'rosetta')
      .map(({ name, interpreter }) => ({
        code: 'rosetta-auxv',
        subject: name,
        detail: `this kernel hands AT_HWCAP3 (type 29) to programs, at which ${interpreter} may end (lima#3592)`,
      })),
};
