import type { Check } from '../facts/check.ts';

/** Families with a 32-bit member that many kernels and CPUs run natively. */
const narrow: Readonly<Record<string, string>> = {
  x86_64: 'i386',
  aarch64: 'arm',
  ppc64: 'ppc',
  s390x: 's390',
};

/** Whether 32-bit programs of the host's family run natively. */
export const narrower: Check = {
  id: 'narrower',
  check: ({ report }) => {
    const [host = '', ...others] = report?.native ?? [];
    const target = narrow[host];
    if (target === undefined || others.includes(target) || !['i386', 'arm'].includes(target)) return [];
    return [
      {
        code: 'native-narrow',
        subject: target,
        detail: `a program of ${target} does not run on this ${host} without an emulator`,
      },
    ];
  },
};
