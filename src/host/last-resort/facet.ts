import type { Deployed, Store, StoreFault } from '../store/store.ts';
import type { Libc } from '../system/libc.ts';
import { listenLastResort, type UnservedHeard } from './listener.ts';
import { deployLastResort } from './program.ts';

/** The interpreter of last resort. */
export interface LastResortProgram {
  /** Puts the program for the host's architecture into a store, under a name. */
  deployLastResort(
    store: Store,
    runDirectory: string,
    target: string,
    name: string,
  ): Promise<Deployed | StoreFault>;
}

/** What it tells. */
export interface LastResortReports {
  /** Hears the program at a path (a byte string); returns the stop function, null where it cannot be heard. */
  listenLastResort(path: string, heard: (program: UnservedHeard) => void): (() => void) | null;
}

/** All of this room. */
export function lastResortFacet(libc: Libc | null): LastResortProgram & LastResortReports {
  return { deployLastResort, listenLastResort: (path, heard) => listenLastResort(libc, path, heard) };
}
