import type { Architecture } from '../../core/platforms/catalogue.ts';
import type { Problem } from '../../core/problems.ts';

/** One interpreter ready for use, wherever it came from. */
export interface ReadyInterpreter {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly sha256: string;
  readonly version: string | null;
  readonly header: Uint8Array | null;
  readonly source: string;
  /** Why it is an older one than the source has, where it is. */
  readonly outdated?: Problem | undefined;
}

/** How interpreters are made ready: deployed into the store, used in place, or only looked up. */
export type Obtain = ((architecture: Architecture) => Promise<ReadyInterpreter | Problem>) & {
  /** What was wrong before any interpreter was asked for. */
  readonly problems?: readonly Problem[];
};
