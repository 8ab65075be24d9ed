import type { Logger } from 'pino';
import { acceptHandler } from '../core/acceptance.ts';
import type { Config } from '../core/config.ts';
import { runDirectory } from '../core/config.ts';
import { nothingDesired } from '../core/desired.ts';
import type { Handler } from '../core/handler.ts';
import { identify } from '../core/memory.ts';
import { isRemovable } from '../core/ownership.ts';
import type { ProblemCode } from '../core/problems.ts';
import type { Report } from '../core/report.ts';
import type { Instance } from '../host/instance.ts';
import type { Machine } from '../host/machine.ts';
import { drawReport } from './account.ts';
import { createCanaryWatch } from './canary.ts';
import { createHealLog, type Occasion } from './heal-log.ts';
import { createHistory } from './history.ts';
import { createMemory } from './memory.ts';
import type { MountKeeper } from './mend-mounts.ts';
import { createObtain } from './obtain.ts';
import { type Accept, emptyWorld, type HostIdentity, type Obtain, prepareWorld, without } from './prepare.ts';
import { createProblemBoard } from './problem-board.ts';
import { createRecords } from './records.ts';
import { createRepair, type Repair, type Repaired } from './repair.ts';
import { type Situation, servingEntry } from './situation.ts';
import { createTurns } from './turns.ts';
import { createVerification } from './verification.ts';

/** What a keeper works on; everything that it needs of the machine arrives here. */
export interface KeeperParts {
  readonly machine: Machine;
  readonly instance: Instance;
  readonly host: HostIdentity;
  readonly mounts: MountKeeper;
  readonly probes: ReadonlyMap<string, string>;
  readonly logger: Logger;
  readonly accept?: Accept;
  /** How interpreters are made ready; deployed by default. */
  readonly obtain?: (machine: Machine, config: Config) => Obtain | Promise<Obtain>;
  /** Looks and probes, but repairs nothing. */
  readonly passive?: boolean;
}

/** One keeper of one instance: repair, verification and the account of both. */
export interface Keeper {
  /** Applies a configuration: everything is prepared first, then repaired in one go. */
  configure(config: Config): Promise<void>;
  look(): void;
  lookAtAll(): void;
  /** Queues a probe of every handler; resolves when all that waits has run. */
  verifyAll(): Promise<void>;
  report(): Report;
  problem(code: ProblemCode, subject: string, detail: string | null): void;
  /** Files whose change asks for configuring again. */
  sources(): readonly string[];
  /** Takes away what is ours, all of it or the handlers of these keys; returns the names. */
  remove(keys: readonly string[] | 'all'): {
    readonly removed: readonly string[];
    readonly failed: readonly string[];
  };
  close(): Promise<void>;
}

/** Makes a keeper that does nothing until it is configured. */
export async function createKeeper(parts: KeeperParts, first: Config, changed: () => void): Promise<Keeper> {
  const { machine, instance, host, mounts, logger } = parts;
  const since = Date.now();
  const bootId = machine.bootId();
  const dir = runDirectory(first);
  const board = createProblemBoard(logger, changed);
  const loaded = await machine.loadState(dir, bootId);
  if (loaded.setAside !== null) logger.warn(loaded.setAside, 'the state file was set aside');
  const memory = createMemory(
    (loaded.state?.entries ?? []).map(({ name, dev, ino, ctimeMs, interpreter }) => [
      name,
      { id: { dev, ino, ctimeMs }, interpreter },
    ]),
  );
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
  let isolating = false;
  const generations = new Map<string, string>();

  const onRepaired = (repaired: Repaired, tookMs: number): void => {
    healLog.note(repaired.results, situation.world, tookMs, occasion);
    if (repaired.results.some((r) => r.failed?.code === 'EROFS'))
      void mounts.mend('read-only').then(turns.lookAtAll);
    const keys = new Set(repaired.results.filter((r) => r.registered.size > 0).map((r) => r.task.key));
    if (keys.size > 0) records.save();
    void tryNative(keys);
    changed();
  };

  /** A handler that stops native programs is taken back and not wanted any more, whatever the configuration says. */
  const tryNative = async (keys: ReadonlySet<string | null>): Promise<void> => {
    if (isolating) return;
    const { world } = situation;
    const { takenBack, why } = await canaries.check(world.desired.handlers.filter((h) => keys.has(h.key)));
    if (takenBack.length === 0) return;
    use(situation.config, without(world, new Set(takenBack.map((h) => h.key))));
    if (takenBack.length > 1) await isolate(world, takenBack);
    else for (const h of takenBack) board.set('canary-failed', h.registration.name, why);
    changed();
  };

  /** Several new handlers came at once and one of them is to blame: each comes back alone and is tried alone. */
  const isolate = async (world: Situation['world'], suspects: readonly Handler[]): Promise<void> => {
    const { config } = situation;
    const barred = new Set(suspects.map((h) => h.key));
    isolating = true;
    for (const suspect of suspects) {
      barred.delete(suspect.key);
      use(config, without(world, barred));
      turns.lookAtAll();
      const { takenBack, why } = await canaries.check([suspect]);
      if (situation.config !== config) break;
      if (takenBack.length === 0) continue;
      barred.add(suspect.key);
      use(config, without(world, barred));
      board.set('canary-failed', suspect.registration.name, why);
    }
    isolating = false;
  };

  const use = (config: Config, world: Situation['world']): void => {
    situation = { config, world, repair: createRepair(instance, world.desired, memory) };
  };

  /** Whatever serves now and did not before has to prove itself, whoever registered it. */
  const onLooked = (): void => {
    for (const view of situation.repair.view().handlers) {
      const serving = servingEntry(view);
      const generation = serving === null ? '' : identify(serving);
      if (generations.get(view.handler.key) === generation) continue;
      generations.set(view.handler.key, generation);
      if (generation !== '') verification.queue(view.handler.key);
    }
    changed();
  };

  const turns = createTurns(() => (parts.passive ? idle : situation.repair), onRepaired, onLooked);
  const verification = createVerification({
    machine,
    memory,
    board,
    logger,
    situation: () => situation,
    look: turns.lookAtAll,
    changed,
  });

  return {
    async configure(config) {
      const obtain = await (parts.obtain ?? createObtain)(machine, config);
      const accept = parts.accept ?? acceptHandler;
      const world = await prepareWorld(machine, config, host, obtain, parts.probes, accept);
      generations.clear();
      use(config, world);
      if (parts.passive) return;
      occasion = configured ? 'configure' : 'start';
      configured = true;
      turns.lookAtAll();
      occasion = 'loss';
      const keys = world.desired.handlers.map((h) => h.key);
      logger.info({ handlers: keys }, `keeping ${keys.length} handlers`);
      for (const p of world.problems) logger.warn({ ...p }, `problem: ${p.code}`);
      records.save();
      changed();
    },
    look: turns.look,
    lookAtAll: turns.lookAtAll,
    verifyAll: verification.all,
    report: () => drawReport({ situation, verification, history, board, mounts, since }),
    problem: board.set,
    sources: () => situation.world.sources,
    remove(keys) {
      const removed: string[] = [];
      const failed: string[] = [];
      const { desired } = situation.world;
      for (const entry of situation.repair.view().observed.entries) {
        const named = keys === 'all' || keys.some((key) => entry.name === `${desired.prefix}${key}`);
        if (!named || !isRemovable(entry, desired, memory)) continue;
        const outcome = instance.change(entry.name, '-1', entry.id);
        (outcome.ok ? removed : failed).push(entry.name);
        memory.records.delete(entry.name);
      }
      return { removed, failed };
    },
    async close() {
      verification.close();
      turns.close();
      await records.saveNow();
    },
  };
}

const idle: Pick<Repair, 'own' | 'full'> = {
  own: () => ({ results: [], again: null }),
  full: () => ({ results: [], again: null }),
};
