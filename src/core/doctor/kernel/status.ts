import type { Check } from '../facts/check.ts';

/** Whether the instance is switched off. */
export const status: Check = {
  id: 'status',
  check: ({ report, main }) =>
    report === null || report.instance.enabled
      ? []
      : [
          {
            code: 'status-zero',
            subject: 'status',
            detail: `0 was written to ${main}/status; no entry is obeyed`,
          },
        ],
};
