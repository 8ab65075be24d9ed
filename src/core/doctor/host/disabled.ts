import type { Check } from '../facts/check.ts';

/** Entries that are switched off. */
export const disabled: Check = {
  id: 'disabled',
  check: ({ report }) =>
    (report?.entries ?? [])
      .filter(({ enabled }) => !enabled)
      .map(({ name, platforms, matches }) => ({
        code: 'entry-off',
        subject: name,
        detail: `0 was written to it: it takes no file of ${platforms.join(', ') || matches}`,
      })),
};
