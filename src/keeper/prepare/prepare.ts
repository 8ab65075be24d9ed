import { type Asked, nothingAsked } from '../../core/config/asked.ts';
import type { Config } from '../../core/config/config.ts';
import { acceptHandler } from '../../core/native/acceptance.ts';
import { type Accept, acceptCandidates } from './accept.ts';
import type { HostIdentity } from './host-identity.ts';
import { type Obtained, obtainAll } from './obtain-all.ts';
import { type Accepted, order } from './order.ts';
import type { Obtain } from './ready-interpreter.ts';
import type { Recall } from './recall.ts';
import { type PrepareHost, select } from './select.ts';
import { emptyWorld, type World } from './world.ts';

/** What preparation knows beside the configuration; each has a default for those who only look or register once. */
export interface PrepareOptions {
  readonly accept?: Accept;
  readonly asked?: Asked | undefined;
  readonly recall?: Recall;
  /** The world before, whose declarations stay in force where they cannot be read now. */
  readonly former?: World;
}

/**
 * Turns the configuration into handlers, gathering every problem: one missing emulator leaves the others working. Each
 * step adds what it finds to what the one before it knew.
 */
export async function prepareWorld(
  machine: PrepareHost,
  given: Config,
  host: HostIdentity,
  obtain: Obtain,
  probes: ReadonlyMap<string, string>,
  {
    accept = acceptHandler,
    asked = nothingAsked,
    recall = () => null,
    former = emptyWorld,
  }: PrepareOptions = {},
): Promise<World> {
  const selected = select({ machine, given, host, obtain, probes, accept, asked, recall, former });
  const obtained = await obtainAll(selected);
  return order(acceptAll(obtained));
}

/** Third step: what could stop the host is left out before the kernel sees it. */
function acceptAll(from: Obtained): Accepted {
  const { accepted, problems } = acceptCandidates(from.candidates, from.host, from.accept);
  const refused = from.candidates
    .filter((c) => !accepted.includes(c))
    .map(({ handler: { key, platforms } }) => ({ target: key, platforms, why: 'refused, see problems' }));
  return {
    ...from,
    accepted,
    unmet: [...from.unmet, ...refused],
    problems: [...from.problems, ...problems],
  };
}
