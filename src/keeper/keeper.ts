import { type Asked, nothingAsked, selectAsked } from '../core/config/asked.ts';
import type { Config } from '../core/config/config.ts';
import { runDirectory } from '../core/config/run-directory.ts';
import { inTurn } from '../core/in-turn.ts';
import type { Registration } from '../core/kernel/registration.ts';
import type { Logger } from '../core/logger.ts';
import { acceptHandler } from '../core/plan/acceptance.ts';
import { type Desired, nothingDesired } from '../core/plan/desired.ts';
import type { Problem, ProblemCode } from '../core/problems.ts';
import { counted } from '../core/report/log-words.ts';
import type { Report } from '../core/report/report.ts';
import { type Here, usualHere } from '../core/text/typed.ts';
import type { WitnessResult } from '../core/witness/witness.ts';
import type { Instance } from '../host/instance/instance.ts';
import type { Machine } from '../host/machine.ts';
import { drawReport } from './account.ts';
import { createAfterLook } from './after-look.ts';
import { belongingsOf, removeBelongings } from './belongings.ts';
import { createCensus } from './census.ts';
import { createHealLog, type Occasion } from './heal-log.ts';
import { createCustody, keptAmong, withCustody } from './kept/custody.ts';
import type { MountKeeper } from './mounts/mend-mounts.ts';
import { createPause } from './pause.ts';
import { type Accept, dangersOf } from './prepare/accept.ts';
import { curableIn, placesOf, sameHandlers } from './prepare/curable.ts';
import { createObtain } from './prepare/obtain.ts';
import { emptyWorld, type HostIdentity, prepareWorld, type World } from './prepare/prepare.ts';
import { withPublication } from './prepare/publication.ts';
import type { Obtain } from './prepare/ready-interpreter.ts';
import { createRecall, servedBefore } from './prepare/recall.ts';
import { createRetry, type WatchPlaces } from './prepare/retry.ts';
import type { Situation } from './prepare/situation.ts';
import { removeSuperseded } from './prepare/superseded.ts';
import { createCanaryWatch } from './prove/canary.ts';
import { createContainerAccess } from './prove/container-access.ts';
import { createNativeGuard } from './prove/native-guard.ts';
import { createVerification } from './prove/verification.ts';
import { createAvailability } from './record/availability.ts';
import { createHistory } from './record/history.ts';
import { openHistoryFile } from './record/history-file.ts';
import { createProblemBoard } from './record/problem-board.ts';
import { createRecords } from './record/records.ts';
import { openMemory } from './record/remembered.ts';
import { createCounters, processFigures } from './record/totals.ts';
import { createRepair, type Repair, type Repaired } from './repair/repair.ts';
import { createTurns } from './repair/turns.ts';
import { createWitnesses } from './witnesses.ts';

/** Tells other tools which handlers are wanted, beside repair and never in its way. */
export interface Publisher {
  /** A call made meanwhile comes after. */
  publish(config: Config, desired: Desired): Promise<void>;
  /** Takes back what was told of all handlers, or of those of these keys. */
  withdraw(keys: readonly string[] | 'all'): Promise<void>;
}

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
  /** Makes the publisher; it tells what is wrong after each turn. */
  readonly publisher: (tell: (problems: readonly Problem[]) => void) => Publisher;
  /** Watches the way to what could not be made ready; without it a timer looks. */
  readonly watchPlaces?: WatchPlaces;
  readonly accept?: Accept;
  /** How interpreters are made ready; deployed by default. */
  readonly obtain?: (machine: Machine, config: Config) => Obtain | Promise<Obtain>;
  /** Looks and probes, but repairs nothing. */
  readonly passive?: boolean;
  /** Witnesses can report to it, as to a daemon. */
  readonly hearsWitnesses?: boolean;
  /** What people asked for beside the configuration; nothing by default. */
  readonly asked?: () => Asked;
  /** Where its texts are read; the usual by default. */
  readonly here?: Here;
}

/** One keeper of one instance: repair, verification and the account of both. */
export interface Keeper {
  /** Applies a configuration: everything is prepared first, then repaired in one go; one after the other. */
  configure(config: Config): Promise<void>;
  look(): void;
  lookAtAll(): void;
  /** Prepares again where the SELinux label of an interpreter was changed; for a slow timer. */
  lookAtLabels(): void;
  /** Something changed that may have cured what could not be made ready: it is prepared again soon. */
  stir(): void;
  /** Queues a probe of every handler, unless paused; resolves when all that waits has run. */
  verifyAll(): Promise<void>;
  /** The same for the handlers of these keys, paused or not: somebody asked for it. */
  verify(keys: readonly string[] | 'all'): Promise<void>;
  /** From now on nothing is repaired, mounted or verified, for so many milliseconds or until `resume`. */
  pause(forMs: number | null): void;
  /** Ends a pause: what got lost meanwhile is repaired at once. */
  resume(): void;
  isPaused(): boolean;
  /** What a witness found. */
  hear(results: readonly WitnessResult[]): void;
  report(): Report;
  /** Brings what is only looked at on demand up to date; to be awaited before a report is drawn for somebody. */
  refresh(): Promise<void>;
  problem(code: ProblemCode, subject: string, detail: string | null): void;
  /** The configuration was read again and was right, or was not. */
  reloaded(ok: boolean): void;
  /** When the last look was complete, or the keeper was made: `performance.now()`. */
  lookedAt(): number;
  /** Calls back after each preparation: the sources may be others. */
  onPrepared(call: () => void): void;
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
  const here = parts.here ?? usualHere;
  const board = createProblemBoard(logger, changed, here);
  board.set('probe-unwritable', 'probes', parts.probeFault ?? null);
  const { memory, canary } = await openMemory(machine, dir, bootId, board);
  const custody = createCustody({
    instance,
    memory,
    placeOf: machine.placeOf,
    judgeForeign: machine.judgeForeign,
    found: () => turns.lookAtAll('event'),
    recorded: () => records.save(),
  });
  const canaries = createCanaryWatch(machine, instance, memory, canary);
  const records = createRecords(machine, dir, bootId, memory, canaries.tried, board);
  const historyFile = await openHistoryFile(
    machine,
    dir,
    bootId,
    () => ({ heals: history.recent(), lost: [...availability.losses()] }),
    (why) => board.set('state-unwritable', 'history.json', why),
  );
  const history = createHistory(historyFile.before.heals, historyFile.save);
  const counters = createCounters();
  const availability = createAvailability(new Map(historyFile.before.lost), historyFile.save);
  const publisher = parts.publisher((problems) => board.sync('binfmt-d', problems));
  const healLog = createHealLog(logger, { history, board, counters, availability });
  let situation: Situation = {
    config: first,
    world: emptyWorld,
    repair: createRepair(instance, nothingDesired, memory),
  };
  let occasion: Occasion = 'start';
  let configured = false;
  /** The world in force, before anything of it is taken back. */
  let prepared = emptyWorld;
  let onPrepared = (): void => {};
  let renewed = false;
  let closed = false;
  let lookedAt = performance.now();
  const census = createCensus(machine, () => situation);

  const onRepaired = (repaired: Repaired, since: number): void => {
    healLog.note(repaired.results, situation.world, since, occasion);
    if (repaired.results.some((r) => r.failed?.code === 'EROFS'))
      void mounts.mend('read-only').then(() => turns.lookAtAll('event'));
    const keys = new Set(repaired.results.filter((r) => r.registered.size > 0).map((r) => r.task.key));
    if (keys.size > 0) records.save();
    void guard.check(keys, keptAmong(repaired.results));
    changed();
  };

  const use = (config: Config, world: Situation['world']): void => {
    situation = { config, world, repair: createRepair(instance, world.desired, memory) };
  };

  const onLooked = (): void => {
    lookedAt = performance.now();
    access.looked();
    afterLook.looked();
    changed();
  };

  const onPause = (on: boolean): void => {
    mounts.hold(on);
    if (!on) {
      void mounts.mend('start');
      occasion = renewed ? 'configure' : 'loss';
      renewed = false;
      // What was found meanwhile speaks of a time at which anybody could stand in front.
      afterLook.renew();
      turns.lookAtAll('event');
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

  // Before the first configuration nothing is wanted, and everything of an earlier run would be a leftover.
  const active = (): Pick<Repair, 'own' | 'full'> =>
    parts.passive || !configured
      ? idle
      : pause.state() === null
        ? withCustody(situation.repair, custody)
        : watching;
  const pause = createPause(logger, board, onPause);
  const onFault = (error: unknown): void => {
    logger.error({ err: error }, 'a look at the entries failed; trying again');
  };
  const turns = createTurns(active, onRepaired, onLooked, onFault, (trigger, ok, tookMs) => {
    // Before the first configuration nothing is wanted, so nothing was achieved either.
    if (configured) counters.passed(trigger, ok, tookMs);
  });
  const verification = createVerification({
    machine,
    memory,
    board,
    logger,
    situation: () => situation,
    look: () => turns.lookAtAll('event'),
    changed,
    isPaused: () => pause.state() !== null,
    probed: counters.probed,
  });

  const judged = createContainerAccess({
    machine,
    situation: () => situation,
    changed() {
      if (closed) return;
      afterLook.looked();
      changed();
    },
    worsened() {
      if (closed || parts.passive === true) return;
      logger.info({ event: 'label' }, 'the label of an interpreter was changed');
      // Not the one in force: a newer one may be under way.
      void configureNext(latest);
    },
  });
  const access = createWitnesses({
    ...{ access: judged, logger, hears: parts.hearsWitnesses === true },
    situation: () => situation,
    changed() {
      if (closed) return;
      afterLook.looked();
      changed();
    },
  });
  const afterLook = createAfterLook({
    ...{ board, mounts, custody, access, memory },
    situation: () => situation,
    availability: parts.passive === true ? null : availability,
    isPaused: () => pause.state() !== null,
    prove: verification.queue,
  });

  const recall = createRecall(instance, memory);
  const accept = parts.accept ?? acceptHandler;

  const prepareAll = async (config: Config): Promise<World> => {
    const obtain = await (parts.obtain ?? createObtain)(machine, config);
    const options = { accept, asked: parts.asked?.(), recall, former: prepared };
    const world = await prepareWorld(machine, config, host, obtain, parts.probes, options);
    return withPublication(machine, world, config, situation.world.desired);
  };

  const configure = async (config: Config): Promise<void> => {
    try {
      const world = await prepareAll(config);
      // Emulators may take long to deploy, and a stop does not wait for them.
      if (!closed) await putInForce(config, world);
    } catch (error) {
      if (!lacksMeans(error)) throw error;
      if (!closed) goOnWithout(config, error);
    }
  };

  /** The host is short of something: what is in force stays, and what is wanted for the first time is missing. */
  const goOnWithout = (config: Config, error: Error): void => {
    board.set('preparation-failed', 'configuration', error.message);
    if (!configured) {
      const { chosen } = selectAsked(config, parts.asked?.() ?? nothingAsked, host);
      const unmet = chosen.map(({ target, platforms }) => ({ target, platforms, why: error.message }));
      situation = { ...situation, config, world: { ...emptyWorld, unmet } };
    }
    if (!parts.passive) retry.settle('yes', placesOf(config));
    changed();
  };

  /** The same configuration on a machine that may have been cured meanwhile. */
  const prepareAgain = async (config: Config): Promise<void> => {
    const world = await prepareAll(config);
    if (closed) return;
    if (!sameHandlers(world, prepared)) return putInForce(config, world);
    // What is under trial or in a storm goes on.
    prepared = { ...world, desired: prepared.desired, kept: prepared.kept, info: prepared.info };
    situation = { ...situation, world: guard.renew(prepared) };
    tellOf(config, prepared);
    onPrepared();
    changed();
  };

  const tellOf = (config: Config, world: World): void => {
    board.sync('configuration', world.problems);
    board.set('preparation-failed', 'configuration', null);
    if (!parts.passive) retry.settle(curableIn(world), placesOf(config));
  };

  const putInForce = async (config: Config, world: World): Promise<void> => {
    prepared = world;
    afterLook.renew();
    custody.use(world.kept, (registration) => dangers(registration, accept), world.desired.store);
    const { prefix, store, handlers } = world.desired;
    const claims = { prefix, store, taken: new Set<string>() };
    use(
      config,
      guard.admit(
        world,
        servedBefore(handlers, (wanted) => recall(wanted, claims)),
      ),
    );
    tellOf(config, world);
    // Tried anew, and what is not wanted any more cannot fail.
    board.retract((p) => p.code === 'register-failed');
    verification.renew();
    const judged = access.look();
    if (parts.passive) return judged;
    if (world.desired.store !== '') memory.stores.add(world.desired.store);
    renewed = pause.state() !== null;
    occasion = configured ? 'configure' : 'start';
    configured = true;
    turns.lookAtAll('configuration');
    occasion = 'loss';
    void guard.check(inPlace(), []);
    const keys = world.desired.handlers.map((h) => h.key);
    logger.info({ event: 'keeping', handlers: keys }, `keeping ${counted(keys.length, 'handler')}`);
    records.save();
    changed();
    onPrepared();
    await publisher.publish(config, world.desired);
    void removeSuperseded(machine, situation, bootId, logger);
  };

  /** What an earlier life registered it may not have lived to try. */
  const inPlace = (): ReadonlySet<string> => {
    const { handlers } = situation.repair.view();
    return new Set(handlers.filter((v) => v.state === 'ok').map((v) => v.handler.key));
  };

  const dangers = (registration: Registration, accept: Accept): string | null => {
    const [fault] = dangersOf(registration, host, accept);
    return fault === undefined ? null : `${fault.field}: expected ${fault.expected}, got ${fault.given}`;
  };

  const retry = createRetry(parts.watchPlaces ?? unwatched, () =>
    queue(() => prepareAgain(latest)).catch((error) => {
      logger.error({ err: error }, 'preparing again failed; trying later');
    }),
  );

  const guard = createNativeGuard({
    canaries,
    board,
    situation: () => situation,
    use(config, world) {
      use(config, world);
      if (!closed) void publisher.publish(config, world.desired);
    },
    bar: custody.bar,
    isBarred: custody.bars,
    lookAtAll: turns.lookAtAll,
    changed() {
      // Lines that have passed are written down.
      records.save();
      changed();
    },
  });

  const rest = (): void => {
    closed = true;
    verification.close();
    access.close();
    guard.close();
    retry.close();
    turns.close();
  };

  /** Who waits for proofs waits for those of native programs too. */
  const tried = async (proofs: Promise<void>): Promise<void> => {
    await Promise.all([proofs, guard.settled(), access.settled()]);
  };

  let removed = false;
  let withdrawn: Promise<void> = Promise.resolve();
  let latest = first;
  const queue = inTurn();
  const configureNext = (config: Config): Promise<void> => {
    latest = config;
    return queue(() => configure(config));
  };
  return {
    configure: configureNext,
    look: turns.look,
    lookAtAll: () => turns.lookAtAll(),
    stir: retry.stir,
    lookAtLabels: () => void access.look(),
    verifyAll: () => (pause.state() === null ? tried(verification.all()) : Promise.resolve()),
    verify(keys) {
      for (const key of keys === 'all' ? [] : keys) verification.queue(key);
      return tried(keys === 'all' ? verification.all() : verification.idle());
    },
    pause: pause.begin,
    resume: pause.end,
    isPaused: () => pause.state() !== null,
    hear: access.take,
    report: () =>
      drawReport({
        ...{ situation, verification, history, board, mounts, custody, access, memory, availability, since },
        paused: pause.state(),
        totals: { ...counters.read(), process: parts.passive === true ? null : processFigures() },
        native: [host.target, ...host.runsNatively],
        emulated: census.read(),
        here,
        begun: situation.world !== emptyWorld,
      }),
    refresh: census.refresh,
    problem: board.set,
    reloaded: counters.reloaded,
    lookedAt: () => lookedAt,
    onPrepared(call) {
      onPrepared = call;
    },
    sources: () => situation.world.sources,
    owned: (keys) => belongingsOf(situation, memory, keys).map((entry) => entry.name),
    remove(keys) {
      removed = true;
      withdrawn = publisher.withdraw(keys);
      return removeBelongings(instance, situation, memory, keys);
    },
    rest,
    async close() {
      pause.close();
      rest();
      healLog.flush();
      // Who only looked writes nothing: the records belong to whoever keeps.
      if (!parts.passive || removed) await records.saveNow();
      await historyFile.saveNow();
      await withdrawn;
    },
  };
}

/** Whether an exception says that the host has no descriptors, memory or processes left, and not that we are wrong. */
function lacksMeans(error: unknown): error is Error {
  const means: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ENOSPC', 'EIO']);
  return error instanceof Error && 'code' in error && means.has(error.code);
}

const unwatched: WatchPlaces = () => ({ use: () => Promise.resolve(), close() {} });
const nothingDone: Repaired = { results: [], again: null };
const idle: Pick<Repair, 'own' | 'full'> = { own: () => nothingDone, full: () => nothingDone };
