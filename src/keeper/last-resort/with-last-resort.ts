import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { lastResortNames } from '../../core/kernel/last-resort.ts';
import { type DeployedProgram, lastResorts } from '../../core/last-resort/lines.ts';
import type { Problem } from '../../core/problems.ts';
import type { LastResortProgram } from '../../host/last-resort/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Children } from '../../host/system/facet.ts';
import { type Accept, dangersOf } from '../prepare/accept.ts';
import type { HostIdentity } from '../prepare/host-identity.ts';
import { codeOf } from '../prepare/lack.ts';
import type { World } from '../prepare/world.ts';

/** What it uses of the machine. */
type Host = Children & Stores & LastResortProgram;

/** The same world with the entries of the last resort, their program deployed; where it cannot be, with the problem. */
export async function withLastResort(
  machine: Host,
  world: World,
  config: Config,
  host: HostIdentity,
  accept: Accept,
): Promise<World> {
  if (config.lastResort === 'off') return world;
  const explain = await deployed(machine, config, host.target, lastResortNames.explain);
  if ('code' in explain) return withProblem(world, explain);
  const waits = config.lastResort === 'wait';
  const wait = waits ? await deployed(machine, config, host.target, lastResortNames.wait) : null;
  if (wait !== null && 'code' in wait) return withProblem(world, wait);
  const lines = lastResorts({
    ...{ prefix: bytesOf(config.names), native: [host.target, ...host.runsNatively], explain, wait },
    kept: new Set(world.desired.handlers.map((h) => h.key)),
  });
  const safe = lines.filter(({ handler }) => dangersOf(handler.registration, host, accept).length === 0);
  const names = new Set(safe.map(({ handler }) => handler.registration.name));
  return { ...world, lastResorts: safe, desired: { ...world.desired, lastResorts: names } };
}

function withProblem(world: World, problem: Problem): World {
  return { ...world, problems: [...world.problems, problem] };
}

async function deployed(
  machine: Host,
  config: Config,
  target: string,
  name: string,
): Promise<DeployedProgram | Problem> {
  const { store, label } = config.interpreters;
  const fault = (code: string, detail: string): Problem => ({
    code: codeOf(code),
    subject: 'lastResort',
    detail,
  });
  const reached = await machine.reach(store, 2000);
  if (!reached.ok) return fault('hung-path', reached.message);
  const made = await machine.deployLastResort(
    machine.createStore(store, label),
    runDirectory(config),
    target,
    name,
  );
  if ('code' in made) return fault(made.code, made.message);
  const { path, dev, ino, sha256 } = made;
  return { path: bytesOf(path), dev, ino, sha256 };
}
