import type { Check } from '../facts/check.ts';

/** Whether a seccomp filter decides what this process sees. */
export const filter: Check = {
  id: 'filter',
  check: ({ seccomp }) =>
    seccomp === 2
      ? [{ code: 'filtered', subject: 'seccomp', detail: 'this process runs under a seccomp filter' }]
      : [],
};
