import type { Config } from '../core/config/config.ts';
import { parentOf } from '../core/config/run-directory.ts';
import type { Purges, StateFile } from '../host/files/facet.ts';
import type { Mounts } from '../host/mounts/facet.ts';
import type { ProbeFiles } from '../host/probe/facet.ts';
import type { System } from '../host/system/facet.ts';
import type { Opened } from '../keeper/mounts/open.ts';
import { purgeFiles, removeStored, storesOf } from '../keeper/once/purge.ts';
import type { OrderParts } from './control/orders.ts';

/** What it uses of the machine. */
type Host = System & Mounts & Purges & StateFile & ProbeFiles;

/** A purge by a daemon that goes on running: what it writes meanwhile goes when it ends. */
export interface Purging extends Pick<OrderParts, 'purge'> {
  /** To be called last of all. */
  atTheEnd(): Promise<void>;
}

/** Nothing is purged yet. */
export function createPurging(
  machine: Host,
  config: Config,
  { instance, mounts, probes }: Pick<Opened, 'instance' | 'mounts' | 'probes'>,
): Purging {
  let stores: readonly string[] | null = null;
  return {
    purge: {
      async run() {
        stores = await storesOf(machine, config);
        mounts.hold(true, 'unwanted');
        const entries = removeStored(instance, stores);
        return { entries, files: await purgeFiles(machine, config, stores, true) };
      },
      async undo() {
        if (stores === null) return;
        stores = null;
        const [probe] = probes.values();
        // They were written when the instance was opened, and went with the rest.
        if (probe !== undefined) await machine.writeProbes(parentOf(probe), machine.probeTargets);
        mounts.hold(false);
        await mounts.mend('start');
      },
    },
    async atTheEnd() {
      if (stores !== null) await purgeFiles(machine, config, stores);
    },
  };
}
