import type { Deployed, Store, StoreFault } from '../store/store.ts';
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

/** All of this room. */
export function lastResortFacet(): LastResortProgram {
  return { deployLastResort };
}
