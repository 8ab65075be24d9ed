import type { Check } from '../facts/check.ts';

/** Entries that keep a file system from being unmounted. */
export const shutdown: Check = {
  id: 'shutdown',
  check: ({ report, pinned, systemdBinfmt }) =>
    systemdBinfmt !== null
      ? []
      : (report?.entries ?? []).flatMap(({ name, interpreter, flags }) => {
          const mount = flags.includes('F') ? pinned.get(interpreter) : undefined;
          return mount === undefined
            ? []
            : [
                {
                  code: 'shutdown-held' as const,
                  subject: name,
                  detail: `${interpreter} is held open, so ${mount} cannot be unmounted`,
                },
              ];
        }),
};
