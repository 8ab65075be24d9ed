import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Desired } from '../../core/plan/desired.ts';
import { inOrder } from '../../core/plan/order.ts';
import type { Problem } from '../../core/problems.ts';
import { keptOf, nothingDeclared, readDeclared } from '../kept/declared.ts';
import type { Candidate } from './candidate.ts';
import type { Obtained } from './obtain-all.ts';
import type { World } from './world.ts';

/** What was made ready, without what could stop the host. */
export interface Accepted extends Obtained {
  readonly accepted: readonly Candidate[];
}

/** Last step: the handlers in their order, and the entries of others beside them that are kept. */
export async function order(from: Accepted): Promise<World> {
  const { machine, config, accepted, former } = from;
  const desired = desiredOf(from);
  const declared = config.binfmtD ? await readDeclared(machine, desired, former.kept) : nothingDeclared;
  return {
    desired,
    info: new Map(accepted.map((c) => [c.handler.key, c.info])),
    leftOut: from.leftOut,
    unmet: from.unmet,
    problems: distinct([...from.problems, ...declared.problems]),
    sources: [...from.sources, ...declared.sources],
    kept: keptOf(desired.adopted, declared.declared),
  };
}

/** A store that does not answer is the same problem for every platform. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((p) => [JSON.stringify([p.code, p.subject, p.detail]), p])).values()];
}

function desiredOf({ config, host, accepted, unready }: Accepted): Desired {
  return {
    handlers: inOrder(accepted.map((c) => c.handler)),
    precedence: config.precedence,
    onStatusZero: config.onStatusZero,
    onDanger: config.onDanger,
    natives: host.native,
    prefix: config.names,
    store: bytesOf(config.interpreters.store),
    adopted: new Set(config.adopt.map(bytesOf)),
    published: new Map(),
    unready,
  };
}
