import type { CLibrary } from './c-library.ts';

/** The end of this process, and whose rights it uses. */
export interface ProcessCalls {
  /** _exit(2): ends this process without waiting for its threads, as exit(3) does, and without telling anybody. */
  exit(status: number): void;
  /** Does something synchronous with the rights to files and processes of another user and group. Needs CAP_SETUID. */
  withId<T>(id: number, work: () => T): T;
}

/** The calls about the process itself. */
export function processCalls({ c }: CLibrary): ProcessCalls {
  return {
    exit: (status) => c.exit(status),
    withId(id, work) {
      // Of this thread alone. The group first, as long as we have the right.
      const group = c.setfsgid(id);
      const user = c.setfsuid(id);
      try {
        return work();
      } finally {
        c.setfsuid(user);
        c.setfsgid(group);
      }
    },
  };
}
