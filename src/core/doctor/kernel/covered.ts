import type { Problem } from '../../problems.ts';
import type { Check } from '../facts/check.ts';

/** Whether something lies over the main mount, over its file status, or it is read-only. */
export const covered: Check = {
  id: 'covered',
  check: ({ mounts, main }) => {
    const found: Problem[] = [];
    const here = mounts.filter(({ mountPoint }) => mountPoint === main);
    const top = here.at(-1);
    if (top !== undefined && top.type !== 'binfmt_misc' && top.type !== 'autofs')
      found.push({ code: 'main-covered', subject: main, detail: `${top.type} lies over it` });
    const status = mounts.findLast(({ mountPoint }) => mountPoint === `${main}/status`);
    if (status !== undefined)
      found.push({
        code: 'status-guarded',
        subject: `${main}/status`,
        detail: `a file of ${status.type} lies over it${status.options.includes('ro') ? ', read-only' : ''}`,
      });
    if (top?.type === 'binfmt_misc' && [...top.options, ...top.superOptions].includes('ro'))
      found.push({
        code: 'read-only',
        subject: main,
        detail: 'nothing can be registered, removed or healed there',
      });
    return found;
  },
};
