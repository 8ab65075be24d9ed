import { flagsFor, parseKernelVersion } from '../../kernel/kernel-version.ts';
import type { Check } from '../facts/check.ts';

/** Which flags the kernel lacks. */
export const flags: Check = {
  id: 'flags',
  check: ({ kernel }) => {
    const version = parseKernelVersion(kernel.release, kernel.build);
    if (version === null) return [];
    const known = flagsFor(version, { preserveArgv0: true, credentials: false });
    return ['F', 'P']
      .filter((flag) => !known.includes(flag))
      .map((flag) => ({
        code: 'kernel-lacks-flag',
        subject: flag,
        detail: `Linux ${kernel.release} does not have it as emulators need it`,
      }));
  },
};
