import { createAfterLook } from './after-look.ts';
import type { Liveness } from './alive/liveness.ts';
import type { InForce } from './in-force.ts';
import type { Aliases } from './kept/aliases.ts';
import type { Custody } from './kept/custody.ts';
import type { LastResorts } from './last-resort/last-resort.ts';
import type { Ledger } from './ledger.ts';
import type { Looks } from './looks.ts';
import type { KeeperParts, Publisher } from './parts.ts';
import { createContainerAccess } from './prove/container-access.ts';
import { createNativeGuard, type NativeGuard } from './prove/native-guard.ts';
import { createVerification, type Verification } from './prove/verification.ts';
import { createSignal, type Signal } from './signal.ts';
import { createWitnesses, type Witnesses } from './witnesses.ts';

/** All that is known of whether programs run: foreign ones, those of ordinary containers, and the host's own. */
export interface Proofs {
  readonly verification: Verification;
  readonly access: Witnesses;
  readonly guard: NativeGuard;
  /** Everything has to prove itself anew. */
  renew(): void;
  /** Resolves when these proofs, those of native programs and those of containers are there. */
  settled(proofs: Promise<void>): Promise<void>;
  /** The label of an interpreter was changed, so that containers may not run it any more. */
  readonly worsened: Signal;
  close(): void;
}

/** What proofs need; `ended` tells that nothing is to be done any more. */
export interface ProofsParts {
  readonly parts: KeeperParts;
  readonly ledger: Ledger;
  readonly inForce: InForce;
  readonly custody: Custody;
  readonly liveness: Liveness;
  /** Something is known of interpreters that was not. */
  readonly judgedInterpreters: Signal;
  readonly aliases: Aliases;
  readonly lastResorts: LastResorts;
  readonly looks: Looks;
  readonly publisher: Publisher;
  readonly ended: AbortSignal;
  readonly changed: () => void;
}

/** Makes them hear of looks, and the looks of what they find. */
export function createProofs(all: ProofsParts): Proofs {
  const { parts, ledger, inForce, custody, liveness, looks, ended, changed } = all;
  const { machine, logger, mounts } = parts;
  const { clock } = machine;
  const { board, memory } = ledger;
  const { situation } = inForce;
  const isPaused = (): boolean => looks.pause.state() !== null;
  const verification = createVerification({
    ...{ machine, memory, board, logger, clock, situation, changed, isPaused },
    look: () => looks.atAll('event'),
    probed: ledger.counters.probed,
  });
  const judged = createSignal();
  const worsened = createSignal();
  const labels = createContainerAccess({
    ...{ machine, clock, situation },
    changed: judged.tell,
    worsened: worsened.tell,
  });
  const access = createWitnesses({
    ...{ access: labels, logger, clock, situation, hears: parts.hearsWitnesses === true },
    changed: judged.tell,
  });
  const afterLook = createAfterLook({
    ...{ clock, board, mounts, custody, liveness, access, memory, situation, isPaused },
    availability: parts.passive === true ? null : ledger.availability,
    prove: parts.unasked === 'leaves' ? () => {} : verification.queue,
  });
  const guard = guardOf(all);
  const news = (): void => {
    if (ended.aborted) return;
    afterLook.looked();
    changed();
  };
  judged.hear(news);
  all.judgedInterpreters.hear(news);
  looks.registered.hear((keys, kept) => void guard.check(keys, kept));
  looks.complete.hear(access.looked);
  looks.complete.hear(afterLook.looked);
  // What was found in a pause speaks of a time at which anybody could stand in front.
  looks.resumed.hear(afterLook.renew);
  return {
    ...{ verification, access, guard, worsened, renew: afterLook.renew },
    async settled(proofs) {
      await Promise.all([proofs, guard.settled(), access.settled()]);
    },
    close() {
      verification.close();
      access.close();
      guard.close();
    },
  };
}

function guardOf({ parts, ledger, inForce, custody, looks, publisher, ended, changed }: ProofsParts) {
  const { board, canaries, records } = ledger;
  return createNativeGuard({
    ...{ board, canaries, clock: parts.machine.clock, situation: inForce.situation },
    use(config, world) {
      inForce.replace(config, world);
      if (!ended.aborted) void publisher.publish(config, world.desired);
    },
    bar: custody.bar,
    isBarred: custody.bars,
    lookAtAll: looks.atAll,
    changed() {
      // Lines that have passed are written down.
      records.save();
      changed();
    },
  });
}
