import { diesWithLastMount, parseKernelVersion } from '../../kernel/kernel-version.ts';
import type { Check } from '../facts/check.ts';

/** Whether entries end with whoever registered them: the kernel cleans up at the last unmount, and the host has no mount. */
export const hostMount: Check = {
  id: 'host-mount',
  check: ({ onHost, main, kernel, report, initialUser }) => {
    const version = parseKernelVersion(kernel.release, kernel.build);
    const dies = version !== null && diesWithLastMount(version);
    const kept = onHost === null || onHost.some((type) => type === 'binfmt_misc' || type === 'autofs');
    const anchored = report !== null && report.mounts.anchor === 'binfmt' && report.daemon !== null;
    if (!dies || kept || anchored || !initialUser) return [];
    const detail = `the host has no binfmt_misc there, and Linux ${kernel.release} deletes all entries with the last mount`;
    return [{ code: 'no-host-mount', subject: main, detail }];
  },
};
