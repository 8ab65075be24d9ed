import type { Config } from '../../core/config/config.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Architecture } from '../../core/platforms/catalogue.ts';
import type { Problem } from '../../core/problems.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Cancel, Clock } from '../../host/system/clock.ts';
import type { Children, Namespaces, Timed } from '../../host/system/facet.ts';
import { judgePlace } from './elsewhere.ts';
import { codeOf, lackOf, obtainProblem } from './lack.ts';
import type { Obtain, ReadyInterpreter } from './ready-interpreter.ts';

/** What it uses of the machine. */
type Host = Timed & Namespaces & Children & Places & Stores;

/** The store of one configuration. */
type Store = ReturnType<Host['createStore']>;

/** Makes interpreters ready as the configuration asks: deployed into the store, or used where they are. */
export async function createObtain(machine: Host, config: Config): Promise<Obtain> {
  const { store: dir, deploy, label } = config.interpreters;
  const { sources, hung } = await reachable(machine, config.interpreters.sources);
  const [stuck = null] = deploy === 'copy' ? (await reachable(machine, [dir])).hung : [];
  const store = machine.createStore(dir, label);
  const { clock } = machine;
  const late = clock.now() + patienceMs;
  const obtain: Obtain = async (architecture) => {
    // Whoever touches it waits for ever.
    if (stuck !== null) return stuck;
    const work = deploy === 'copy' ? deployed : usedInPlace;
    return inTime(clock, late, architecture, work({ machine, store, dir, sources }, architecture));
  };
  return Object.assign(obtain, { problems: stuck === null ? hung : [...hung, stuck] });
}

/** For all of them together. What hangs in the middle of its work would keep every later configuration waiting. */
const patienceMs = 120_000;

/** A failure by exception, as of a host without descriptors, is one of this interpreter alone. */
async function inTime<T>(
  clock: Clock,
  late: number,
  { target }: Architecture,
  work: Promise<T>,
): Promise<T | Problem> {
  let cancel: Cancel = () => {};
  const end = new Promise<Problem>((resolve) => {
    const detail = `was not ready within ${patienceMs / 1000} s`;
    const given = { code: 'hung-path' as const, subject: target, detail, values: {} };
    cancel = clock.after(Math.max(0, late - clock.now()), () => resolve(given), 'idle');
  });
  try {
    return await Promise.race([work, end]);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { code: 'preparation-failed', subject: target, detail };
  } finally {
    cancel();
  }
}

interface ObtainParts {
  readonly machine: Host;
  readonly store: Store;
  /** Of the store. */
  readonly dir: string;
  readonly sources: readonly string[];
}

async function deployed(
  { machine, store, dir, sources }: ObtainParts,
  architecture: Architecture,
): Promise<ReadyInterpreter | Problem> {
  const found = await machine.findInterpreter(architecture, sources);
  if (!found.ok) {
    const kept = await fromStore(machine, store, architecture);
    return kept ?? lackOf(architecture, found.tried);
  }
  const at = { STORE: bytesOf(dir), FILE: bytesOf(dir) };
  const copy = await store.deploy(found.path, architecture.interpreter);
  if ('code' in copy) {
    const outdated = obtainProblem(copy.code, architecture, copy.message, { ...at, ...copy.values });
    const kept = noUpgrade.has(copy.code) ? await fromStore(machine, store, architecture) : null;
    return kept === null ? outdated : { ...kept, source: found.path, outdated };
  }
  const inspected = await machine.inspectInterpreter(copy.path);
  if (!inspected.ok) return obtainProblem(inspected.code, architecture, inspected.message, inspected.values);
  return { ...copy, header: inspected.header, source: found.path };
}

async function usedInPlace(
  { machine, sources }: Pick<ObtainParts, 'machine' | 'sources'>,
  architecture: Architecture,
): Promise<ReadyInterpreter | Problem> {
  const found = await machine.findInterpreter(architecture, sources);
  return found.ok ? inPlace(machine, found.path) : lackOf(architecture, found.tried);
}

/** A newer emulator that cannot be deployed must not take away what works with the older one. */
const noUpgrade: ReadonlySet<string> = new Set([
  'store-full',
  'store-read-only',
  'store-denied',
  'store-failed',
  'store-source',
]);

/** Directories that do not answer are left out and named: each look into one would cost its time limit again. */
export async function reachable(
  machine: Host,
  directories: readonly string[],
): Promise<{ readonly sources: readonly string[]; readonly hung: readonly Problem[] }> {
  const tried = await Promise.all(
    directories.map(async (path) => ({ path, outcome: await machine.reach(path, 2000) })),
  );
  return {
    sources: tried.filter((t) => t.outcome.ok).map((t) => t.path),
    hung: tried.flatMap(({ path, outcome }) => (outcome.ok ? [] : [hungAt(path, outcome)])),
  };
}

function hungAt(path: string, { message: detail, mountPoint }: Unreached): Problem {
  const values = { PATH: bytesOf(path), MOUNTPOINT: mountPoint };
  return { code: 'hung-path', subject: path, detail, values };
}

type Unreached = Extract<Awaited<ReturnType<Host['reach']>>, { readonly ok: false }>;

/** For looking only: what the store holds already, nothing is copied. `name` is how entries call the store. */
export function createLookUp(
  machine: Host,
  config: Config,
  name: string = config.interpreters.store,
): Obtain {
  const { store: dir, deploy, sources } = config.interpreters;
  const store = machine.createStore(dir);
  return async (architecture) => {
    if (deploy !== 'copy') return usedInPlace({ machine, sources }, architecture);
    const [stuck] = (await reachable(machine, [dir])).hung;
    if (stuck !== undefined) return stuck;
    const kept = await fromStore(machine, store, architecture);
    if (kept === null) return notDeployed(machine, architecture, sources);
    return kept.path.startsWith(`${dir}/`)
      ? { ...kept, path: `${name}${kept.path.slice(dir.length)}` }
      : kept;
  };
}

/** Where an emulator lies ready, all that lacks is somebody who registers it. */
async function notDeployed(
  machine: Host,
  architecture: Architecture,
  directories: readonly string[],
): Promise<Problem> {
  const { sources } = await reachable(machine, directories);
  const found = await machine.findInterpreter(architecture, sources);
  if (!found.ok) return lackOf(architecture, found.tried);
  return {
    code: 'not-registered',
    subject: architecture.target,
    detail: `${found.path} would run its files`,
  };
}

/** A deployed copy outlives its source, so that removing the distribution's package does not stop what works. */
async function fromStore(
  machine: Host,
  store: Store,
  architecture: Architecture,
): Promise<ReadyInterpreter | null> {
  const file = (await store.list()).findLast((f) => f.name === architecture.interpreter);
  if (file === undefined) return null;
  const inspected = await machine.inspectInterpreter(file.path);
  if (!inspected.ok || inspected.size !== file.size) return null;
  const { path, dev, ino, header } = inspected;
  return { path, dev, ino, header, sha256: file.sha256, version: file.version, source: file.path };
}

async function inPlace(machine: Host, path: string): Promise<ReadyInterpreter | Problem> {
  const inspected = await machine.inspectInterpreter(path);
  if (!inspected.ok) {
    const { code, message: detail, values } = inspected;
    return { code: codeOf(code), subject: path, detail, values: { ...values, PATH: bytesOf(path) } };
  }
  const place = await judgePlace(machine, bytesOf(path), path);
  if (place.refused) return place.problem;
  const { dev, ino, header } = inspected;
  return {
    path,
    dev,
    ino,
    header,
    sha256: '',
    version: await machine.interpreterVersion(path),
    source: path,
  };
}
