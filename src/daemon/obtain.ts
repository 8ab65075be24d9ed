import type { Architecture } from '../core/catalogue.ts';
import type { Config } from '../core/config.ts';
import { type Problem, type ProblemCode, problemCatalogue } from '../core/problems.ts';
import type { Machine } from '../host/machine.ts';
import { judgePlace } from './elsewhere.ts';
import type { Obtain, ReadyInterpreter } from './prepare.ts';

/** Makes interpreters ready as the configuration asks: deployed into the store, or used where they are. */
export async function createObtain(machine: Machine, config: Config): Promise<Obtain> {
  const { store: dir, deploy, label } = config.interpreters;
  const { sources, hung } = await reachable(machine, config.interpreters.sources);
  const store = machine.createStore(dir, label);
  const obtain: Obtain = async (architecture) => {
    const found = await machine.findInterpreter(architecture, sources);
    if (!found.ok) {
      const kept = deploy === 'copy' ? await fromStore(machine, store, architecture) : null;
      return kept === null ? missing(architecture, found.tried) : judged(machine, kept);
    }
    if (deploy === 'in-place') return judged(machine, await inPlace(machine, found.path));
    const deployed = await store.deploy(found.path, architecture.interpreter);
    if ('code' in deployed) {
      const outdated = problem(deployed.code, architecture, deployed.message);
      const kept = noUpgrade.has(deployed.code) ? await fromStore(machine, store, architecture) : null;
      return kept === null ? outdated : judged(machine, { ...kept, source: found.path, outdated });
    }
    const inspected = await machine.inspectInterpreter(deployed.path);
    if (!inspected.ok) return problem(inspected.code, architecture, inspected.message);
    return { ...deployed, header: inspected.header, source: found.path };
  };
  return Object.assign(obtain, { problems: hung });
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
async function reachable(
  machine: Machine,
  sources: readonly string[],
): Promise<{ readonly sources: readonly string[]; readonly hung: readonly Problem[] }> {
  const tried = await Promise.all(
    sources.map(async (path) => ({ path, outcome: await machine.reach(path, 2000) })),
  );
  return {
    sources: tried.filter((t) => t.outcome.ok).map((t) => t.path),
    hung: tried.flatMap(({ path, outcome }) =>
      outcome.ok ? [] : [{ code: 'hung-path' as const, subject: path, detail: outcome.message }],
    ),
  };
}

/** For looking only: what the store holds already, nothing is copied. */
export function createLookUp(machine: Machine, config: Config): Obtain {
  const store = machine.createStore(config.interpreters.store);
  return async (architecture) => {
    if (config.interpreters.deploy === 'copy') {
      const kept = await fromStore(machine, store, architecture);
      return kept === null ? missing(architecture, ['it was never deployed']) : judged(machine, kept);
    }
    const found = await machine.findInterpreter(architecture, config.interpreters.sources);
    return found.ok
      ? judged(machine, await inPlace(machine, found.path))
      : missing(architecture, found.tried);
  };
}

/** Files that are not ours to label, or only looked at, are at least judged. */
async function judged<T extends ReadyInterpreter | Problem>(machine: Machine, ready: T): Promise<T> {
  const why = 'code' in ready ? null : await machine.judgeLabel(ready.path);
  return why === null ? ready : { ...ready, mislabelled: why };
}

/** A deployed copy outlives its source, so that removing the distribution's package does not stop what works. */
async function fromStore(
  machine: Machine,
  store: ReturnType<Machine['createStore']>,
  architecture: Architecture,
): Promise<ReadyInterpreter | null> {
  const file = (await store.list()).findLast((f) => f.name === architecture.interpreter);
  if (file === undefined) return null;
  const inspected = await machine.inspectInterpreter(file.path);
  if (!inspected.ok || inspected.size !== file.size) return null;
  const { path, dev, ino, header } = inspected;
  return { path, dev, ino, header, sha256: file.sha256, version: file.version, source: file.path };
}

async function inPlace(machine: Machine, path: string): Promise<ReadyInterpreter | Problem> {
  const inspected = await machine.inspectInterpreter(path);
  if (!inspected.ok) return { code: codeOf(inspected.code), subject: path, detail: inspected.message };
  const place = await judgePlace(machine, Buffer.from(path, 'utf8').toString('latin1'), path);
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

function missing(architecture: Architecture, tried: readonly string[]): Problem {
  const hung = tried.some((why) => why.includes(' does not answer '));
  return {
    code: hung ? 'hung-path' : 'source-missing',
    subject: architecture.target,
    detail: `no static ${architecture.interpreter}: ${tried.slice(0, 3).join('; ')}`,
  };
}

function problem(code: string, architecture: Architecture, detail: string): Problem {
  return { code: codeOf(code), subject: architecture.target, detail };
}

/** What the store and the checks of a file say, in the words of the catalogue of problems. */
function codeOf(code: string): ProblemCode {
  if (isProblemCode(code)) return code;
  return translations[code] ?? 'store-corrupt';
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problemCatalogue, code);
}

const translations: Readonly<Record<string, ProblemCode>> = {
  'interpreter-unreachable': 'hung-path',
  'store-untrusted': 'interpreter-untrusted',
  'store-noexec': 'interpreter-noexec',
  'store-source': 'source-missing',
};
