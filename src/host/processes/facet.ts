import type { KnownEmulators } from '../../core/ps/emulator.ts';
import type { Census } from '../../core/ps/process.ts';
import { countEmulated } from './emulated.ts';
import { type Looking, lookAtProcesses } from './look.ts';
import { createReadVersions } from './versions.ts';

/** Sees which processes run under emulation. */
export interface EmulatedCount {
  countEmulated(known: KnownEmulators): Promise<ReadonlyMap<string, number> | null>;
}

/** Sees each of them. */
export interface ProcessLooks {
  lookAtProcesses(looking: Omit<Looking, 'versions'>): Promise<Census>;
}

/** All of this room. */
export function processesFacet(): EmulatedCount & ProcessLooks {
  const versions = createReadVersions();
  return {
    countEmulated: (known) => countEmulated(known),
    lookAtProcesses: (looking) => lookAtProcesses({ ...looking, versions }),
  };
}
