import type { Config } from '../core/config/config.ts';
import { inTurn } from '../core/in-turn.ts';
import { createEnactment, type EnactmentParts } from './enactment.ts';
import { createRetry, type WatchPlaces } from './prepare/retry.ts';

/** Brings configurations into force, one after the other, and tries again what may have been cured. */
export interface Configuring {
  configure(config: Config): Promise<void>;
  /** Something changed that may have cured what could not be made ready. */
  stir(): void;
  /** Prepares the configuration in force again: a file that it names is not what it was. */
  again(): void;
  close(): void;
}

/** Nothing is configured yet. */
export function createConfiguring(all: EnactmentParts, first: Config): Configuring {
  const { parts, proofs, ended } = all;
  const { machine, logger } = parts;
  const enactment = createEnactment(all);
  const queue = inTurn();
  let latest = first;
  const again = (): Promise<void> =>
    queue(() => enactment.again(latest)).catch((error) => {
      logger.error({ err: error }, 'preparing again failed; trying later');
    });
  const retry = createRetry(machine.clock, parts.watchPlaces ?? unwatched, again);
  enactment.settled.hear(retry.settle);
  const next = (config: Config): Promise<void> => {
    latest = config;
    return queue(() => enactment.enact(config));
  };
  proofs.worsened.hear(() => {
    if (ended.aborted || parts.passive === true) return;
    logger.info({ event: 'label' }, 'the label of an interpreter was changed');
    // Not the one in force: a newer one may be under way.
    void next(latest);
  });
  return {
    configure: next,
    stir: retry.stir,
    again() {
      if (!ended.aborted && parts.passive !== true) void again();
    },
    close: retry.close,
  };
}

const unwatched: WatchPlaces = () => ({ use: () => Promise.resolve(), close() {} });
