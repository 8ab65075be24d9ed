import { diesWithLastMount, parseKernelVersion } from '../../kernel/kernel-version.ts';
import type { Check } from '../facts/check.ts';

/** Whether entries end with whoever registered them: the kernel cleans up at the last unmount, and the host has no mount. */
export const hostMount: Check = {
  id: 'host-mount',
  check: ({ mounts, main, kernel, hostMounts, report }) => {
    const version = parseKernelVersion(kernel.release, kernel.build);
    const dies = version !== null && diesWithLastMount(version);
    const kept = mounts.some(({ type }) => type === 'binfmt_misc' || type === 'autofs');
    const anchored = report !== null && report.mounts.anchor === 'binfmt';
    return dies && hostMounts && !kept && !anchored
      ? [
          {
            code: 'no-host-mount',
            subject: main,
            detail: `binfmt_misc is not mounted there, and Linux ${kernel.release} deletes all entries with the last mount`,
          },
        ]
      : [];
  },
};
