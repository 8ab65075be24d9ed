import type { Config } from '../core/config/config.ts';
import { runDirectory } from '../core/config/run-directory.ts';
import { machinesOf } from '../core/entries/machines.ts';
import type { ProblemCode } from '../core/problems.ts';
import type { Report } from '../core/report/report.ts';
import { usualHere } from '../core/text/typed.ts';
import type { WitnessResult } from '../core/witness/witness.ts';
import { drawReport } from './account/account.ts';
import { createLiveness } from './alive/liveness.ts';
import { rosterOf } from './alive/roster.ts';
import { belongingsOf, removeBelongings } from './belongings.ts';
import { caringFor } from './beside.ts';
import { createCensus } from './census.ts';
import { type Configuring, createConfiguring } from './configure.ts';
import type { EnactmentParts } from './enactment.ts';
import { createEntryKnowledge, type EntryKnowledge } from './entries/knowledge.ts';
import { createEntryProofs, type EntryProofs } from './entries/proofs.ts';
import { createInForce } from './in-force.ts';
import { openLedger } from './ledger.ts';
import { createLooks } from './looks.ts';
import type { KeeperParts } from './parts.ts';
import { emptyWorld } from './prepare/world.ts';
import { createProofs, type ProofsParts } from './proofs.ts';
import { createSignal } from './signal.ts';

/** One keeper of one instance: repair, verification and the account of both. */
export interface Keeper {
  /** Applies a configuration: everything is prepared first, then repaired in one go; one after the other. */
  configure(config: Config): Promise<void>;
  look(): void;
  lookAtAll(): void;
  /** Prepares again where the SELinux label of an interpreter was changed; for a slow timer. */
  lookAtLabels(): void;
  /** Looks whether the interpreters of all entries are alive; for the same timer. */
  lookAtInterpreters(): void;
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
  /** When the last look was complete, or the keeper was made: the monotonic clock in milliseconds. */
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

/**
 * Makes a keeper that does nothing until it is configured. Each part knows those above it alone; what it has to tell to
 * those below goes through signals.
 */
export async function createKeeper(parts: KeeperParts, first: Config, changed: () => void): Promise<Keeper> {
  const { machine, instance } = parts;
  const since = machine.clock.wall();
  const ledger = await openLedger(parts, runDirectory(first), changed);
  const { board, memory } = ledger;
  const inForce = createInForce(instance, memory, first);
  const answered = createSignal();
  const judgedInterpreters = createSignal();
  const ownChanged = createSignal();
  const liveness = createLiveness({
    ...{ machine, changed: judgedInterpreters.tell, due: answered.tell, ownChanged: ownChanged.tell },
    around: machinesOf(parts.host.native, parts.host.runsNatively),
    roster: () => rosterOf(inForce.situation(), memory),
  });
  const beside = caringFor(parts, ledger, liveness, answered);
  const looks = createLooks({ parts, ledger, inForce, ...beside, changed });
  answered.hear(() => looks.atAll('event'));
  const publisher = parts.publisher((problems) => board.sync('binfmt-d', problems));
  const ending = new AbortController();
  const ended = ending.signal;
  const upTo = {
    ...{ parts, ledger, inForce, ...beside, liveness, judgedInterpreters },
    ...{ looks, publisher, ended, changed },
  };
  const proofs = createProofs(upTo);
  const prepared = createSignal();
  const configuring = createConfiguring({ ...upTo, proofs, prepared: prepared.tell }, first);
  ownChanged.hear(configuring.again);
  // What is wanted is looked at once it is prepared, and from then on by the timer.
  prepared.hear(() => void liveness.look());
  const census = createCensus(machine, inForce.situation);
  const knowledge = createEntryKnowledge(machine, inForce.situation, memory, liveness.found);
  const others = provingOthers({ ...upTo, knowledge });
  const made: Made = { ...upTo, proofs, configuring, knowledge, others, ended: ending };
  return {
    ...atWork(made),
    report: () => reportOf(made, since, census.read()),
    async refresh() {
      await Promise.all([census.refresh(), knowledge.refresh(), liveness.refresh(), others.refresh()]);
    },
    problem: board.set,
    reloaded: ledger.counters.reloaded,
    onPrepared: prepared.hear,
    ...atTheEnd(made),
  };
}

/** Without a handler of ours a platform may be served all the same, and readiness asks for a proof. */
function provingOthers(upTo: ProofsParts & { readonly knowledge: EntryKnowledge }) {
  const { parts, inForce, looks, ended, changed, knowledge } = upTo;
  const { machine, probes, passive } = parts;
  const { proved } = knowledge;
  const others = createEntryProofs({ machine, situation: inForce.situation, probes, proved, changed });
  const mayProve = (): boolean => passive !== true && !ended.aborted && looks.pause.state() === null;
  looks.complete.hear(() => {
    const unmet = inForce.situation().world.unmet.map((row) => row.target);
    if (unmet.length > 0 && mayProve()) void others.proveNew(unmet, 0);
  });
  return {
    ...others,
    /** Whoever asks is told of all that was never tried, if that does not take long. */
    refresh: () => (mayProve() ? others.proveNew('all', 1500) : Promise.resolve()),
  };
}

/** All that a keeper is made of. */
interface Made extends Omit<EnactmentParts, 'prepared' | 'ended'> {
  readonly configuring: Configuring;
  readonly knowledge: EntryKnowledge;
  readonly others: EntryProofs;
  readonly ended: AbortController;
}

type AtWork = Omit<Keeper, 'report' | 'refresh' | 'problem' | 'reloaded' | 'onPrepared' | keyof AtTheEnd>;
type AtTheEnd = Pick<Keeper, 'owned' | 'remove' | 'rest' | 'close'>;

function atWork({ inForce, looks, liveness, proofs, configuring, others }: Made): AtWork {
  const { verification, access } = proofs;
  const { pause } = looks;
  const isPaused = (): boolean => pause.state() !== null;
  return {
    configure: configuring.configure,
    look: looks.at,
    lookAtAll: () => looks.atAll(),
    lookAtLabels: () => void access.look(),
    lookAtInterpreters: () => void liveness.look(),
    stir: configuring.stir,
    verifyAll: () => (isPaused() ? Promise.resolve() : proofs.settled(verification.all())),
    async verify(keys) {
      for (const key of keys === 'all' ? [] : keys) verification.queue(key);
      const ours = keys === 'all' ? verification.all() : verification.idle();
      await Promise.all([proofs.settled(ours), others.prove(keys)]);
    },
    pause: pause.begin,
    resume: pause.end,
    isPaused,
    hear: access.take,
    lookedAt: looks.completedAt,
    sources: () => inForce.situation().world.sources,
  };
}

function atTheEnd(made: Made): AtTheEnd {
  const {
    parts,
    ledger,
    inForce,
    looks,
    liveness,
    publisher,
    proofs,
    configuring,
    others,
    lastResorts,
    ended,
  } = made;
  const { memory } = ledger;
  let removed = false;
  let withdrawn: Promise<void> = Promise.resolve();
  const rest = (): void => {
    ended.abort();
    for (const part of [proofs, others, configuring, liveness, looks, lastResorts]) part.close();
  };
  return {
    owned: (keys) => belongingsOf(inForce.situation(), memory, keys).map((entry) => entry.name),
    remove(keys) {
      removed = true;
      withdrawn = publisher.withdraw(keys);
      return removeBelongings(parts.instance, inForce.situation(), memory, keys);
    },
    rest,
    async close() {
      looks.pause.close();
      rest();
      // Who only looked writes nothing: the records belong to whoever keeps.
      await ledger.close(parts.passive !== true || removed);
      await withdrawn;
    },
  };
}

function reportOf(
  { parts, ledger, inForce, looks, proofs, custody, lastResorts, liveness, knowledge }: Made,
  since: number,
  emulated: Report['emulated'],
): Report {
  const { machine, host, me, passive, here = usualHere } = parts;
  const situation = inForce.situation();
  return drawReport({
    ...{ ...ledger, ...proofs, situation, custody, liveness, knowledge, since, emulated, here },
    mounts: parts.mounts,
    ...{ clock: machine.clock, pid: me.pid },
    paused: looks.pause.state(),
    totals: { ...ledger.counters.read(), process: passive === true ? null : me.figures() },
    native: [host.target, ...host.runsNatively],
    begun: situation.world !== emptyWorld,
    passive: passive === true,
    unserved: lastResorts.report(),
  });
}
