import type { Logger } from 'pino';
import { acceptHandler } from '../core/acceptance.ts';
import type { Asked } from '../core/asked.ts';
import type { Config } from '../core/config.ts';
import { runDirectory } from '../core/config.ts';
import { nothingDesired } from '../core/desired.ts';
import type { ProblemCode } from '../core/problems.ts';
import type { Registration } from '../core/registration.ts';
import type { Report } from '../core/report.ts';
import type { Instance } from '../host/instance.ts';
import type { Machine } from '../host/machine.ts';
import { drawReport, standing } from './account.ts';
import { belongingsOf, removeBelongings } from './belongings.ts';
import { createCanaryWatch } from './canary.ts';
import { createCustody, keptAmong, recalled, withCustody } from './custody.ts';
import { createHealLog, type Occasion } from './heal-log.ts';
import { createHistory } from './history.ts';
import { createMemory } from './memory.ts';
import type { MountKeeper } from './mend-mounts.ts';
import { createNativeGuard } from './native-guard.ts';
import { createObtain } from './obtain.ts';
import { createPause } from './pause.ts';
import {
  type Accept,
  dangersOf,
  emptyWorld,
  type HostIdentity,
  type Obtain,
  prepareWorld,
} from './prepare.ts';
import { createProblemBoard } from './problem-board.ts';
import { createRecords } from './records.ts';
import { createRepair, type Repair, type Repaired } from './repair.ts';
import { generationOf, type Situation } from './situation.ts';
import { removeSuperseded } from './superseded.ts';
import { createTurns } from './turns.ts';
import { createVerification } from './verification.ts';

/** What a keeper works on; everything that it needs of the machine arrives here. */
export interface KeeperParts {
  readonly machine: Machine;
  readonly instance: Instance;
  readonly host: HostIdentity;
  readonly mounts: MountKeeper;
  readonly probes: ReadonlyMap<string, string>;
  /** Why there are no probes. */
  readonly probeFault?: string | null;
  readonly logger: Logger;
  readonly accept?: Accept;
  /** How interpreters are made ready; deployed by default. */
  readonly obtain?: (machine: Machine, config: Config) => Obtain | Promise<Obtain>;
  /** Looks and probes, but repairs nothing. */
  readonly passive?: boolean;
  /** What people asked for beside the configuration; nothing by default. */
  readonly asked?: () => Asked;
}

/** One keeper of one instance: repair, verification and the account of both. */
export interface Keeper {
  /** Applies a configuration: everything is prepared first, then repaired in one go; one after the other. */
  configure(config: Config): Promise<void>;
  look(): void;
  lookAtAll(): void;
  /** Queues a probe of every handler, unless paused; resolves when all that waits has run. */
  verifyAll(): Promise<void>;
  /** The same for the handlers of these keys, paused or not: somebody asked for it. */
  verify(keys: readonly string[] | 'all'): Promise<void>;
  /** From now on nothing is repaired, mounted or verified, for so many milliseconds or until `resume`. */
  pause(forMs: number | null): void;
  /** Ends a pause: what got lost meanwhile is repaired at once. */
  resume(): void;
  isPaused(): boolean;
  report(): Report;
  problem(code: ProblemCode, subject: string, detail: string | null): void;
  /** Files whose change asks for configuring again. */
  sources(): readonly string[];
  /** Names of entries of ours, all of them or those of the handlers of these keys. */
  owned(keys: readonly string[] | 'all'): readonly string[];
  /** Takes away what is ours, all of it or the handlers of these keys; returns the names. */
  remove(keys: readonly string[] | 'all'): {
    readonly removed: readonly string[];
    readonly failed: readonly string[];
  };
  /** From now on nothing is registered or proved any more, as from SIGTERM on. */
  rest(): void;
  close(): Promise<void>;
}

/** Makes a keeper that does nothing until it is configured. */
export async function createKeeper(parts: KeeperParts, first: Config, changed: () => void): Promise<Keeper> {
  const { machine, instance, host, mounts, logger } = parts;
  const since = Date.now();
  const bootId = machine.bootId();
  const dir = runDirectory(first);
  const board = createProblemBoard(logger, changed);
  board.set('probe-unwritable', 'probes', parts.probeFault ?? null);
  const loaded = await machine.loadState(dir, bootId);
  if (loaded.setAside !== null) board.set('state-unreadable', loaded.setAside.path, loaded.setAside.why);
  const memory = createMemory(
    (loaded.state?.entries ?? []).map(({ name, dev, ino, ctimeMs, interpreter }) => [
      name,
      { id: { dev, ino, ctimeMs }, interpreter },
    ]),
    recalled(loaded.state?.adopted ?? []),
  );
  const custody = createCustody({
    instance,
    memory,
    placeOf: machine.placeOf,
    found: () => turns.lookAtAll(),
    recorded: () => records.save(),
  });
  const canaries = createCanaryWatch(machine, instance, memory, loaded.state?.canary ?? []);
  const records = createRecords(machine, dir, bootId, memory, canaries.tried, board);
  const history = createHistory();
  const healLog = createHealLog(logger, history, board);
  let situation: Situation = {
    config: first,
    world: emptyWorld,
    repair: createRepair(instance, nothingDesired, memory),
  };
  let occasion: Occasion = 'start';
  let configured = false;
  let renewed = false;
  let closed = false;
  const generations = new Map<string, string>();

  const onRepaired = (repaired: Repaired, since: number): void => {
    healLog.note(repaired.results, situation.world, since, occasion);
    if (repaired.results.some((r) => r.failed?.code === 'EROFS'))
      void mounts.mend('read-only').then(turns.lookAtAll);
    const keys = new Set(repaired.results.filter((r) => r.registered.size > 0).map((r) => r.task.key));
    if (keys.size > 0) records.save();
    void guard.check(keys, keptAmong(repaired.results));
    changed();
  };

  const use = (config: Config, world: Situation['world']): void => {
    situation = { config, world, repair: createRepair(instance, world.desired, memory) };
  };

  /** Whatever serves now and did not before has to prove itself, whoever registered it. */
  const onLooked = (): void => {
    for (const { origin, problems } of standing({ situation, mounts, custody })) board.sync(origin, problems);
    // Its owner may have done what we could not.
    for (const { kept, state } of custody.view())
      if (state === 'ok') board.set('register-failed', kept.name, null);
    const views = pause.state() === null ? situation.repair.view().handlers : [];
    for (const view of views) {
      if (view.state === 'ok') board.set('register-failed', view.handler.registration.name, null);
      if (view.state !== 'foreign-ok') board.set('older-foreign', view.handler.registration.name, null);
      const generation = generationOf(view);
      if (generations.get(view.handler.key) === generation) continue;
      generations.set(view.handler.key, generation);
      if (generation !== '') verification.queue(view.handler.key);
    }
    changed();
  };

  const onPause = (on: boolean): void => {
    mounts.hold(on);
    if (!on) {
      void mounts.mend('start');
      occasion = renewed ? 'configure' : 'loss';
      renewed = false;
      // What was found meanwhile speaks of a time at which anybody could stand in front.
      generations.clear();
      turns.lookAtAll();
      occasion = 'loss';
    }
    changed();
  };

  const watching: Pick<Repair, 'own' | 'full'> = {
    own: idle.own,
    full: (now) => {
      situation.repair.observe(now);
      return nothingDone;
    },
  };

  const active = (): Pick<Repair, 'own' | 'full'> =>
    parts.passive ? idle : pause.state() === null ? withCustody(situation.repair, custody) : watching;
  const pause = createPause(logger, board, onPause);
  const turns = createTurns(active, onRepaired, onLooked, (error) => {
    logger.error({ err: error }, 'a look at the entries failed; trying again');
  });
  const verification = createVerification({
    machine,
    memory,
    board,
    logger,
    situation: () => situation,
    look: turns.lookAtAll,
    changed,
    isPaused: () => pause.state() !== null,
  });

  const configure = async (config: Config): Promise<void> => {
    const obtain = await (parts.obtain ?? createObtain)(machine, config);
    const accept = parts.accept ?? acceptHandler;
    const world = await prepareWorld(machine, config, host, obtain, parts.probes, accept, parts.asked?.());
    // Emulators may take long to deploy, and a stop does not wait for them.
    if (closed) return;
    generations.clear();
    use(config, world);
    custody.use(world.kept, (registration) => dangers(registration, accept));
    board.sync('configuration', world.problems);
    // Both are tried anew, and what is not wanted any more cannot fail.
    board.retract((p) => p.code === 'canary-failed' || p.code === 'register-failed');
    verification.renew();
    if (parts.passive) return;
    renewed = pause.state() !== null;
    occasion = configured ? 'configure' : 'start';
    configured = true;
    turns.lookAtAll();
    occasion = 'loss';
    const keys = world.desired.handlers.map((h) => h.key);
    logger.info({ handlers: keys }, `keeping ${keys.length} handlers`);
    records.save();
    void removeSuperseded(machine, situation, bootId, logger);
    changed();
  };

  const dangers = (registration: Registration, accept: Accept): string | null => {
    const [fault] = dangersOf(registration, host, accept);
    return fault === undefined ? null : `${fault.field}: expected ${fault.expected}, got ${fault.given}`;
  };

  const guard = createNativeGuard({
    canaries,
    board,
    situation: () => situation,
    use,
    bar: custody.bar,
    lookAtAll: turns.lookAtAll,
    changed,
  });

  const rest = (): void => {
    closed = true;
    verification.close();
    turns.close();
  };

  let removed = false;
  let configuring: Promise<void> = Promise.resolve();
  return {
    configure(config) {
      configuring = configuring.catch(() => {}).then(() => configure(config));
      return configuring;
    },
    look: turns.look,
    lookAtAll: turns.lookAtAll,
    verifyAll: () => (pause.state() === null ? verification.all() : Promise.resolve()),
    verify(keys) {
      if (keys === 'all') return verification.all();
      for (const key of keys) verification.queue(key);
      return verification.idle();
    },
    pause: pause.begin,
    resume: pause.end,
    isPaused: () => pause.state() !== null,
    report: () =>
      drawReport({ situation, verification, history, board, mounts, custody, since, paused: pause.state() }),
    problem: board.set,
    sources: () => situation.world.sources,
    owned: (keys) => belongingsOf(situation, memory, keys).map((entry) => entry.name),
    remove(keys) {
      removed = true;
      return removeBelongings(instance, situation, memory, keys);
    },
    rest,
    async close() {
      pause.close();
      rest();
      // Who only looked writes nothing: the records belong to whoever keeps.
      if (!parts.passive || removed) await records.saveNow();
    },
  };
}

const nothingDone: Repaired = { results: [], again: null };
const idle: Pick<Repair, 'own' | 'full'> = { own: () => nothingDone, full: () => nothingDone };
