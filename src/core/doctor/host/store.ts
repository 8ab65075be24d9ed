import type { Problem } from '../../problems.ts';
import type { Check } from '../facts/check.ts';

/** Room for two or three emulators. */
const leastBytes = 32 * 1024 * 1024;

/** Whether interpreters can be deployed and executed where they should be. */
export const store: Check = {
  id: 'store',
  check: ({ store: { path, readOnly, noexec, freeBytes } }) => {
    const found: Problem[] = [];
    if (noexec)
      found.push({ code: 'interpreter-noexec', subject: path, detail: 'its file system is mounted noexec' });
    if (readOnly)
      found.push({ code: 'store-read-only', subject: path, detail: 'its file system is mounted read-only' });
    else if (freeBytes !== null && freeBytes < leastBytes)
      found.push({
        code: 'store-full',
        subject: path,
        detail: `${Math.floor(freeBytes / 1024 / 1024)} MiB are free, and an emulator takes 3 to 20`,
      });
    return found;
  },
};
