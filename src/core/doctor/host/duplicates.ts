import type { Problem } from '../../problems.ts';
import type { Check } from '../facts/check.ts';

/** Entries that say what another one in front of them says: the kernel never comes to them. */
export const duplicates: Check = {
  id: 'duplicates',
  check: ({ report }) => {
    const first = new Map<string, string>();
    return (report?.entries ?? []).flatMap(({ name, matches, interpreter, flags, enabled }): Problem[] => {
      if (!enabled) return [];
      const line = JSON.stringify([matches, interpreter, flags]);
      const front = first.get(line);
      first.set(line, front ?? name);
      if (front === undefined) return [];
      const detail = `${front} stands in front of it with the same magic, interpreter and flags`;
      return [{ code: 'entry-duplicate', subject: name, detail }];
    });
  },
};
