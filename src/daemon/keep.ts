import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../core/config/config.ts';
import type { Keeper } from '../keeper/keeper.ts';
import type { Ground, Life } from './ground.ts';
import { lookRegularly } from './look-regularly.ts';
import type { Disposers } from './loop/disposers.ts';
import { makeKeeper } from './make-keeper.ts';
import { reloadConfig } from './reload.ts';
import type { RunParts } from './run-parts.ts';
import { watchOver } from './watch-over.ts';
import { makeWays, type Ways } from './ways.ts';

/** A keeper at work, and what a reload has to reach. */
export interface Keeping extends Pick<Ways, 'textfile' | 'witnesses'> {
  readonly keeper: Keeper;
  /** Reads the configuration again; the one in force where it is wrong. */
  readonly read: () => Promise<Config>;
  /** Applies the configuration in force. */
  readonly configure: () => Promise<void>;
  /** The first try to answer HTTP is over. */
  readonly begun: Promise<void>;
  /** Makes another `resync` count at once. */
  readonly renew: () => void;
}

/** Makes the keeper, lets it configure itself for the first time and tells of it by report, socket and files. */
export async function startKeeping(
  parts: RunParts,
  open: Disposers,
  life: Life,
  ground: Ground,
): Promise<Keeping> {
  const { supervision, http, waited } = ground;
  const { asked, keeper, alsoTell } = await makeKeeper(parts, open, life, ground);
  watchOver(parts, open, ground, keeper);
  const read = (): Promise<Config> => reloadConfig(parts.reload, parts.configFile, life.config, keeper);
  if (waited) {
    life.config = await read();
    http.use(life.config.http);
  }
  const configure = (): Promise<void> => keeper.configure({ ...life.config });
  // The socket is there before emulators are deployed, which can take long: who asks is told to wait.
  const started = configure();
  const ways = makeWays(parts, open, life, ground, { keeper, asked, configure, started });
  alsoTell(ways.socket.changed);
  const resync = lookRegularly(parts, life, ground, keeper, ways);
  open.add('timer', () => {}, resync.stop);
  // A start with everything deployed is over sooner than a socket is made.
  await Promise.race([started, sleep(100, undefined, { ref: false })]);
  await ways.socket.mend();
  const proved = started.then(
    () => {
      life.phase = 'keeping';
      return keeper.verify([]);
    },
    () => {}, // told by whoever waits for it
  );
  const begun = answerHttp(proved, life, ground, ways);
  await started;
  supervision.changed();
  const { textfile, witnesses } = ways;
  return { keeper, read, configure, textfile, witnesses, begun, renew: resync.renew };
}

/** A supervisor's first question comes later than the first proofs, which loading this would delay. */
async function answerHttp(
  proved: Promise<void>,
  life: Life,
  { http }: Ground,
  { textfile, witnesses }: Ways,
): Promise<void> {
  let isProved = false;
  void proved.then(() => {
    isProved = true;
  });
  await Promise.race([proved, sleep(1000, undefined, { ref: false })]);
  // The start takes long: whoever waits for it may look at the page meanwhile.
  if (!isProved) http.told();
  textfile.use(life.config.publish.textfile);
  void witnesses.mend();
  await http.mend();
}
