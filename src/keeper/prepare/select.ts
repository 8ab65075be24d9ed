import { type Asked, selectAsked, withAsked } from '../../core/config/asked.ts';
import type { Config } from '../../core/config/config.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Architecture } from '../../core/platforms/catalogue.ts';
import type { Declarations } from '../../host/files/facet.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Labels } from '../../host/selinux/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Children, Namespaces } from '../../host/system/facet.ts';
import type { Accept } from './accept.ts';
import type { HostIdentity } from './host-identity.ts';
import type { Obtain } from './ready-interpreter.ts';
import type { Recall, Recalled } from './recall.ts';
import type { World } from './world.ts';

/** What all steps together use of the machine. */
export type PrepareHost = Namespaces & Children & Places & Declarations & Stores & Labels;

/** What a preparation begins with. */
export interface Given {
  readonly machine: PrepareHost;
  readonly host: HostIdentity;
  readonly given: Config;
  readonly asked: Asked;
  readonly obtain: Obtain;
  readonly probes: ReadonlyMap<string, string>;
  readonly accept: Accept;
  readonly recall: Recall;
  readonly former: World;
}

/** The same with what is wanted by name. */
export interface Selected extends Given {
  /** With what people asked for. */
  readonly config: Config;
  readonly chosen: ReturnType<typeof selectAsked>;
  /** What we registered for a handler that is wanted. */
  readonly recalled: (wanted: Handler) => Recalled | null;
}

/** First step: which platforms and handlers are wanted here. */
export function select(from: Given): Selected {
  const config = withAsked(from.given, from.asked);
  const chosen = selectAsked(from.given, from.asked, from.host);
  return { ...from, config, chosen, recalled: recallFor(config, chosen.chosen, from.recall) };
}

/** Names that other handlers want are not looked at for one. */
function recallFor(
  config: Config,
  chosen: readonly Architecture[],
  recall: Recall,
): (wanted: Handler) => Recalled | null {
  const taken = new Set([
    ...chosen.map((a) => bytesOf(`${config.names}${a.target}`)),
    ...config.handlers.map((h) => h.name),
  ]);
  const claims = { prefix: bytesOf(config.names), store: bytesOf(config.interpreters.store), taken };
  return (wanted) => recall(wanted, claims);
}
