import { quietMs } from '../core/plan/custody.ts';
import type { Liveness } from './alive/liveness.ts';
import { createAliases } from './kept/aliases.ts';
import { createCustody } from './kept/custody.ts';
import { claimedNames } from './kept/declared.ts';
import { createLastResorts } from './last-resort/last-resort.ts';
import type { Ledger } from './ledger.ts';
import type { KeeperParts } from './parts.ts';
import type { ProofsParts } from './proofs.ts';
import type { Signal } from './signal.ts';

/** Makes those who care for entries beside handlers: what others own, aliases, the last resort. */
export function caringFor(
  { machine, instance }: KeeperParts,
  { memory, records, canaries, unserved }: Ledger,
  liveness: Liveness,
  answered: Signal,
): Pick<ProofsParts, 'custody' | 'aliases' | 'lastResorts'> {
  const common = { instance, memory, found: answered.tell, recorded: records.save };
  const custody = createCustody({
    ...{ ...common, placeOf: machine.placeOf, judgeForeign: machine.judgeForeign },
    renewal: liveness.renewals.due,
  });
  const aliases = createAliases({
    ...{ ...common, quietMs, tried: (handler) => !canaries.isNew(handler) },
    readClaims: (desired) => claimedNames(machine, desired),
  });
  return {
    custody,
    aliases,
    lastResorts: createLastResorts({ instance, memory, unserved, machine, isBarred: custody.isBarred }),
  };
}
