import type { Check } from '../facts/check.ts';

/** Whether the kernel has binfmt_misc. */
export const support: Check = {
  id: 'support',
  check: ({ knowsBinfmt, present, main, refusal }) =>
    knowsBinfmt || present.has(main) || refusal?.code === 'no-kernel-support'
      ? []
      : [
          {
            code: 'no-kernel-support',
            subject: 'binfmt_misc',
            detail: `/proc/filesystems does not name it, and ${main} does not exist`,
          },
        ],
};
