import { runDirectory } from '../core/config/run-directory.ts';
import type { Keeper } from '../keeper/keeper.ts';
import { createTextfile, type Textfile } from '../publish/textfile.ts';
import type { AskedFile } from './control/asked-file.ts';
import { type Control, createControl } from './control/control.ts';
import { createOrders } from './control/orders.ts';
import { createWitnessServer, type WitnessServer } from './control/witness-server.ts';
import type { Ground, Life } from './ground.ts';
import type { Disposers } from './loop/disposers.ts';
import type { RunParts } from './run-parts.ts';

/** The ways to a keeper and out of it that open after it was made; none is open yet. */
export interface Ways {
  readonly socket: Control;
  readonly witnesses: WitnessServer;
  readonly textfile: Textfile;
}

/** Who comes by them, and what they reach. */
interface WaysParts {
  readonly keeper: Keeper;
  readonly asked: AskedFile;
  /** Applies the configuration in force. */
  readonly configure: () => Promise<void>;
  /** The keeper was configured for the first time. */
  readonly started: Promise<void>;
}

/** Makes the control socket, that of witnesses, and the file for node_exporter. */
export function makeWays(
  { machine, log, config }: RunParts,
  open: Disposers,
  life: Life,
  { opened: { host }, purging: { purge } }: Pick<Ground, 'opened' | 'purging'>,
  { keeper, asked, configure, started }: WaysParts,
): Ways {
  const dir = runDirectory(config);
  const { logger } = log;
  const socket = createControl({
    ...{ machine, dir, logger, started, report: keeper.report },
    carryOut: createOrders({
      ...{ keeper, asked, reconfigure: configure, purge },
      isNative: (target) => target === host.target || host.runsNatively.includes(target),
    }),
    problem: (code, detail) => keeper.problem(code, dir, detail),
  });
  open.add('control socket', socket.close);
  const witnesses = createWitnessServer({
    ...{ machine, dir, logger, take: keeper.hear },
    owner: () => life.config.readiness.witnessOwner,
    problem: (detail) => keeper.problem('witness-unavailable', dir, detail),
  });
  open.add('witness socket', witnesses.close);
  const textfile = createTextfile({
    machine,
    report: async () => {
      await keeper.refresh();
      return keeper.report();
    },
    problem: (path, why) => keeper.problem('textfile-unwritable', path, why),
  });
  open.add('textfile', textfile.close);
  return { socket, witnesses, textfile };
}
