import { createProgramLooks, type LookAtPrograms } from './looks.ts';

/** What lies where the interpreters of entries should. */
export interface Programs {
  readonly lookAtPrograms: LookAtPrograms;
}

/** All of this room. */
export function programFacet(): Programs {
  return { lookAtPrograms: createProgramLooks() };
}
