import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { machinesOf } from '../../core/entries/machines.ts';
import { acceptHandler } from '../../core/native/acceptance.ts';
import { nothingDesired } from '../../core/plan/desired.ts';
import { type Problem, problemCatalogue } from '../../core/problems.ts';
import type { Declarations, RunReads } from '../../host/files/facet.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Probes } from '../../host/probe/facet.ts';
import type { Programs } from '../../host/programs/facet.ts';
import type { Labels } from '../../host/selinux/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import { standing } from '../account/standing-problems.ts';
import { createLiveness } from '../alive/liveness.ts';
import { rosterOf } from '../alive/roster.ts';
import { createInForce } from '../in-force.ts';
import { createCustody } from '../kept/custody.ts';
import { dangersOf } from '../prepare/accept.ts';
import { prepareWorld } from '../prepare/prepare.ts';
import { withAliases, withPublication } from '../prepare/publication.ts';
import { readMemory } from '../record/remembered.ts';
import { foreseeKept } from './kept.ts';
import { foreseeObtain } from './obtain.ts';
import { type Openable, openToForesee, type Seen } from './open.ts';
import { foreseeOwn } from './own.ts';

/** What it uses of the machine. */
type Host = Openable & Places & Declarations & RunReads & Stores & Labels & Probes & Programs;

/** What a start would tell, and what could not be seen. */
export interface Foresight {
  readonly problems: readonly Problem[];
  readonly unseen: readonly string[];
}

/**
 * Goes the way of a start up to its first write, with this configuration on this host: nothing is mounted, registered,
 * deployed, written or locked.
 */
export async function foresee(machine: Host, config: Config): Promise<Foresight> {
  const seen = await openToForesee(machine, config);
  if (!seen.ok) return { problems: [{ code: seen.code, subject: '', detail: seen.detail }], unseen: [] };
  try {
    return { problems: worstFirst(await problemsOf(machine, config, seen)), unseen: seen.unseen };
  } finally {
    seen.instance.close();
  }
}

async function problemsOf(machine: Host, config: Config, seen: Seen): Promise<readonly Problem[]> {
  const { instance, host, probes } = seen;
  const obtain = await foreseeObtain(machine, config);
  const prepared = await prepareWorld(machine, config, host, obtain, probes);
  const world = await withPublication(machine, withAliases(prepared, config), config, nothingDesired);
  const { memory } = await readMemory(machine, runDirectory(config), machine.bootId());
  const inForce = createInForce(instance, memory, config);
  inForce.replace(config, world);
  const situation = inForce.situation();
  const ignored = (): void => {};
  const around = machinesOf(host.native, host.runsNatively);
  const liveness = createLiveness({
    ...{ machine, around, changed: ignored, due: ignored, ownChanged: ignored },
    roster: () => rosterOf(situation, memory),
  });
  const { placeOf, judgeForeign } = machine;
  const custody = createCustody({
    ...{ instance, memory, placeOf, judgeForeign, found: ignored, recorded: ignored },
    renewal: () => null,
  });
  custody.use(
    world.kept,
    (registration) => {
      const [fault] = dangersOf(registration, host, acceptHandler);
      return fault === undefined ? null : `${fault.field}: expected ${fault.expected}, got ${fault.given}`;
    },
    world.desired.store,
  );
  await liveness.look();
  liveness.close();
  const { observed } = situation.repair.view();
  const places = { problems: () => [], describe: () => ({ main: 'binfmt', anchor: 'binfmt' }) };
  const access = { problems: () => [] };
  const parts = { clock: machine.clock, situation, mounts: places, custody, liveness, access, memory };
  return [
    ...world.problems,
    ...standing(parts).flatMap((one) => one.problems),
    ...(await foreseeOwn(machine, world, around, observed.all ?? observed.entries)),
    ...(await foreseeKept(machine, world, instance)),
  ];
}

const ranks = ['error', 'warning', 'notice'];

/** Each once. */
function worstFirst(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ code }: Problem): number => ranks.indexOf(problemCatalogue[code].severity);
  const each = new Map(problems.map((p) => [JSON.stringify([p.code, p.subject]), p]));
  return [...each.values()].sort((a, b) => rank(a) - rank(b));
}
