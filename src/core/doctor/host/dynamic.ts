import type { Check } from '../facts/check.ts';

/** Entries for containers whose interpreter is not static. */
export const dynamic: Check = {
  id: 'dynamic',
  check: ({ report, loaders }) =>
    (report?.entries ?? []).flatMap(({ name, interpreter, flags, enabled }) => {
      const loader = flags.includes('F') && enabled ? loaders.get(interpreter) : undefined;
      return loader === undefined
        ? []
        : [
            {
              code: 'entry-interpreter-dynamic' as const,
              subject: name,
              detail: `${interpreter} asks for ${loader}, which is looked for inside of each container`,
            },
          ];
    }),
};
