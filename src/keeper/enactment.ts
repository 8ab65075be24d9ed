import { nothingAsked, selectAsked } from '../core/config/asked.ts';
import type { Config } from '../core/config/config.ts';
import type { Registration } from '../core/kernel/registration.ts';
import { acceptHandler } from '../core/native/acceptance.ts';
import { counted } from '../core/report/log-words.ts';
import { withLastResort } from './last-resort/with-last-resort.ts';
import { type Accept, dangersOf } from './prepare/accept.ts';
import { type Curable, curableIn, placesOf, sameHandlers } from './prepare/curable.ts';
import type { HostIdentity } from './prepare/host-identity.ts';
import { createObtain } from './prepare/obtain.ts';
import { prepareWorld } from './prepare/prepare.ts';
import { keptNames, withAliases, withPublication } from './prepare/publication.ts';
import { createRecall, servedBefore } from './prepare/recall.ts';
import { removeSuperseded } from './prepare/superseded.ts';
import { emptyWorld, type World } from './prepare/world.ts';
import type { Proofs, ProofsParts } from './proofs.ts';
import { createSignal, type Signal } from './signal.ts';

/** Puts a configuration in force: everything is prepared first, then repaired in one go. One at a time. */
export interface Enactment {
  enact(config: Config): Promise<void>;
  /** The same configuration on a machine that may have been cured meanwhile. */
  again(config: Config): Promise<void>;
  /** Whether more may be made ready later, and the paths whose change may cure it. */
  readonly settled: Signal<[state: Curable, places: readonly string[]]>;
}

/** What it takes; `prepared` is called after each preparation that came into force. */
export interface EnactmentParts extends ProofsParts {
  readonly proofs: Proofs;
  readonly prepared: () => void;
}

/** Nothing is in force yet. */
export function createEnactment(all: EnactmentParts): Enactment {
  const { parts, inForce, ledger, proofs, ended, changed } = all;
  const { machine, host } = parts;
  const accept = parts.accept ?? acceptHandler;
  const settled: Enactment['settled'] = createSignal();
  const recall = createRecall(parts.instance, ledger.memory);
  /** The world in force, before anything of it is taken back. */
  let former = emptyWorld;

  const prepareAll = async (config: Config): Promise<World> => {
    const obtain = await (parts.obtain ?? createObtain)(machine, config);
    const options = { accept, asked: parts.asked?.(), recall, former };
    const world = await prepareWorld(machine, config, host, obtain, parts.probes, options);
    const named = parts.passive === true ? world : await withBeside(parts, world, config, accept);
    return withPublication(machine, named, config, inForce.situation().world.desired);
  };

  const tellOf = (config: Config, world: World): void => {
    ledger.board.sync('configuration', world.problems);
    ledger.board.set('preparation-failed', 'configuration', null);
    if (!parts.passive) settled.tell(curableIn(world), placesOf(config));
  };

  const putInForce = async (config: Config, world: World): Promise<void> => {
    former = world;
    admit(all, config, world, { recall, accept });
    tellOf(config, world);
    await begin(all, config, world);
  };

  return {
    settled,
    async enact(config) {
      try {
        const world = await prepareAll(config);
        // Emulators may take long to deploy, and a stop does not wait for them.
        if (!ended.aborted) await putInForce(config, world);
      } catch (error) {
        if (!lacksMeans(error)) throw error;
        if (ended.aborted) return;
        goOnWithout(all, config, error);
        if (!parts.passive) settled.tell('yes', placesOf(config));
        changed();
      }
    },
    async again(config) {
      const world = await prepareAll(config);
      if (ended.aborted) return;
      if (!sameHandlers(world, former)) return putInForce(config, world);
      // What is under trial or in a storm goes on.
      former = { ...world, desired: former.desired, kept: former.kept, info: former.info };
      inForce.retell(inForce.situation().config, proofs.guard.renew(former));
      tellOf(config, former);
      all.prepared();
      changed();
    },
  };
}

/**
 * With entries beside the handlers. Who only looks, or comes to remove, registers none: what was published under such a name is
 * withdrawn. Where everything was uninstalled by request, nothing of ours is left.
 */
async function withBeside(
  { machine, host, asked }: EnactmentParts['parts'],
  world: World,
  config: Config,
  accept: Accept,
): Promise<World> {
  const named = withAliases(world, config);
  const { base, added } = asked?.() ?? nothingAsked;
  if (base === 'nothing' && added.length === 0) return named;
  return withLastResort(machine, named, config, host, accept);
}

/** Makes a world the one that is wanted, as far as native programs run beside it. */
function admit(
  { parts, ledger, inForce, custody, aliases, lastResorts, proofs }: EnactmentParts,
  config: Config,
  world: World,
  { recall, accept }: { readonly recall: ReturnType<typeof createRecall>; readonly accept: Accept },
): void {
  proofs.renew();
  const { prefix, store, handlers } = world.desired;
  aliases.use(world.desired, config.aliases, keptNames(world));
  lastResorts.use(world.lastResorts ?? [], world.desired);
  custody.use(world.kept, (registration) => dangers(registration, parts.host, accept), store);
  const claims = { prefix, store, taken: new Set<string>() };
  const before = servedBefore(handlers, (wanted) => recall(wanted, claims));
  inForce.replace(config, proofs.guard.admit(world, before));
  // Tried anew, and what is not wanted any more cannot fail.
  ledger.board.retract((p) => p.code === 'register-failed');
}

/** Registers what is wanted and has it tried. */
async function begin(all: EnactmentParts, config: Config, world: World): Promise<void> {
  const { parts, ledger, inForce, looks, proofs, publisher, changed } = all;
  const { machine, logger } = parts;
  proofs.verification.renew();
  const judged = proofs.access.look();
  if (parts.passive) return judged;
  if (world.desired.store !== '') ledger.memory.stores.add(world.desired.store);
  const occasion = inForce.hasBegun() ? 'configure' : 'start';
  inForce.begin();
  looks.atAll('configuration', occasion);
  void proofs.guard.check(inPlace(all), []);
  const keys = world.desired.handlers.map((h) => h.key);
  logger.info({ event: 'keeping', handlers: keys }, `keeping ${counted(keys.length, 'handler')}`);
  ledger.records.save();
  changed();
  all.prepared();
  await publisher.publish(config, world.desired);
  void removeSuperseded(machine, inForce.situation(), machine.bootId(), logger);
}

/** What an earlier life registered it may not have lived to try. */
function inPlace({ inForce }: EnactmentParts): ReadonlySet<string> {
  const { handlers } = inForce.situation().repair.view();
  return new Set(handlers.filter((v) => v.state === 'ok').map((v) => v.handler.key));
}

/** The host is short of something: what is in force stays, and what is wanted for the first time is missing. */
function goOnWithout({ parts, ledger, inForce }: EnactmentParts, config: Config, error: Error): void {
  ledger.board.set('preparation-failed', 'configuration', error.message);
  if (inForce.hasBegun()) return;
  const { chosen } = selectAsked(config, parts.asked?.() ?? nothingAsked, parts.host);
  const unmet = chosen.map(({ target, platforms }) => ({ target, platforms, why: error.message }));
  inForce.retell(config, { ...emptyWorld, unmet });
}

function dangers(registration: Registration, host: HostIdentity, accept: Accept): string | null {
  const [fault] = dangersOf(registration, host, accept);
  return fault === undefined ? null : `${fault.field}: expected ${fault.expected}, got ${fault.given}`;
}

/** Whether an exception says that the host has no descriptors, memory or processes left, and not that we are wrong. */
function lacksMeans(error: unknown): error is Error {
  const means: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'ENOSPC', 'EIO']);
  return error instanceof Error && 'code' in error && means.has(error.code);
}
