import type { Check } from '../facts/check.ts';

/** Denials of SELinux or AppArmor that name an emulator. */
export const labels: Check = {
  id: 'labels',
  check: ({ denials }) => {
    const last = denials?.at(-1);
    if (denials === null || last === undefined) return [];
    const more = denials.length > 1 ? ` (the last of ${denials.length})` : '';
    return [{ code: 'label-denied', subject: 'kernel log', detail: `${last}${more}` }];
  },
};
