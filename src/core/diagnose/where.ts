import type { KernelState } from './facts.ts';

/** What a judgement needs beside the way of the kernel; paths are byte strings. */
export interface Where {
  readonly state: KernelState;
  /** The platform of this host. */
  readonly host: string;
  /** Mount point of the instance; null where none can be seen. */
  readonly main: string | null;
  /** Why none can be seen. */
  readonly unseen: string | null;
  /** It belongs to a user namespace below the initial one. */
  readonly isPrivate: boolean;
  /** Root directory that paths are seen from, `/` for our own. */
  readonly root: string;
}
