import { compiling, nameOf, workOf } from '../../ps/work.ts';
import type { Check } from '../facts/check.ts';

/** Compilers under emulation. */
export const compilers: Check = {
  id: 'compilers',
  check: ({ census }) => {
    const some = census.processes.filter(({ command }) => compiling.has(workOf(command)));
    if (some.length === 0) return [];
    const names = [...new Set(some.map(({ command }) => nameOf(command[0] ?? '')))].join(', ');
    const platforms = [...new Set(some.flatMap(({ platform }) => platform ?? []))].join(', ');
    return [
      {
        code: 'compilers-emulated',
        subject: names,
        detail: `${some.length} of them run under emulation now, for ${platforms || 'an unknown platform'}`,
      },
    ];
  },
};
