import type { Config } from '../../core/config/config.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { flagsFor, type KernelVersion } from '../../core/kernel/kernel-version.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Architecture } from '../../core/platforms/catalogue.ts';
import { matcherOf, sampleHeaders, servedMatcher } from '../../core/platforms/catalogue-magic.ts';
import { resolvePlatform } from '../../core/platforms/platforms.ts';
import { lacksEmulator, type Problem } from '../../core/problems.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Labels } from '../../host/selinux/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Namespaces } from '../../host/system/facet.ts';
import { type Candidate, type HandlerInfo, standIn } from './candidate.ts';
import type { Obtain, ReadyInterpreter } from './ready-interpreter.ts';
import type { Recalled } from './recall.ts';

/** What it uses of the machine. */
type Host = Namespaces & Places & Stores & Labels;

/** What became of the handlers that were wanted. */
export interface Gathered {
  readonly candidates: readonly Candidate[];
  readonly problems: readonly Problem[];
  /** Those that could not be made ready, whether something goes on in their place or not. */
  readonly unready: readonly Handler[];
}

/** The same for platforms. */
export interface GatheredPlatforms extends Gathered {
  readonly sources: readonly string[];
  /** Nothing goes on for these. */
  readonly failed: readonly { readonly architecture: Architecture; readonly problem: Problem }[];
}

/** What platforms are made ready with. */
export interface PlatformParts {
  readonly machine: Host;
  readonly config: Config;
  readonly kernel: KernelVersion;
  readonly probes: ReadonlyMap<string, string>;
  readonly obtain: Obtain;
  readonly recalled: (wanted: Handler) => Recalled | null;
  /** What was known of a handler before. */
  readonly known: ReadonlyMap<string, HandlerInfo>;
}

/** Makes the interpreters of platforms ready; where that fails, what was registered for one goes on. */
export async function platformCandidates(
  parts: PlatformParts,
  architectures: readonly Architecture[],
): Promise<GatheredPlatforms> {
  const candidates: Candidate[] = [];
  const problems: Problem[] = [];
  const sources: string[] = [];
  const unready: Handler[] = [];
  const failed: GatheredPlatforms['failed'][number][] = [];
  const obtained = await inBatches(architectures, parts.obtain);
  for (const [i, architecture] of architectures.entries()) {
    const made = obtained[i];
    if (made === undefined) continue;
    const ready = 'code' in made ? made : ((await keptOut(parts, architecture, made.path)) ?? made);
    if ('code' in ready) {
      const wanted = wantedHandler(parts, architecture);
      unready.push(wanted);
      const why = unknownOr(ready, parts.obtain);
      const older = await goingOn(parts, wanted, why);
      if (older === null) failed.push({ architecture, problem: ready });
      else {
        candidates.push(older);
        problems.push(why);
      }
      continue;
    }
    sources.push(ready.source);
    if (ready.outdated !== undefined) problems.push(ready.outdated);
    candidates.push(candidateOf(parts, architecture, ready));
  }
  return { candidates, problems, sources, unready, failed };
}

/**
 * An interpreter of this container's own image, with a label that keeps ordinary containers out, is not registered: they
 * would end in a silent SIGSEGV, and nobody could put it right there. A file of the host is, for the host is served.
 */
async function keptOut(
  { machine, config }: PlatformParts,
  { target }: Architecture,
  path: string,
): Promise<Problem | null> {
  const asked = machine.usesSelinux && config.readiness.containers === 'required' && !machine.inSandbox();
  if (!asked || !machine.isOwnImage(path)) return null;
  const { verdict, detail } = await machine.judgeLabel(path, config.interpreters.label);
  return verdict === 'may-not' ? { code: 'interpreter-label', subject: target, detail } : null;
}

async function goingOn(parts: PlatformParts, wanted: Handler, why: Problem): Promise<Candidate | null> {
  const there = parts.recalled(wanted);
  if (there === null) return null;
  const probe = parts.probes.get(wanted.key) ?? null;
  const version = parts.known.get(wanted.key)?.version ?? null;
  return standIn(parts.machine, wanted, there, why, { version, probe });
}

/** A missing emulator may well be there: in a directory that does not answer. */
function unknownOr(problem: Problem, { problems = [] }: Obtain): Problem {
  const hangs = problems.find((p) => p.code === 'hung-path');
  return lacksEmulator.has(problem.code) && hangs !== undefined ? hangs : problem;
}

/** Four at a time keep the threads of libuv busy; each may ask an emulator for its version, which is a process. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 4) {
    results.push(...(await Promise.all(items.slice(at, at + 4).map(work))));
  }
  return results;
}

/** The handler of a platform without an interpreter. */
function wantedHandler({ config, kernel }: PlatformParts, architecture: Architecture): Handler {
  const credentials = wantsCredentials(config, architecture);
  const flags = flagsFor(kernel, { preserveArgv0: config.preserveArgv0, credentials });
  const name = bytesOf(`${config.names}${architecture.target}`);
  return {
    key: architecture.target,
    platforms: architecture.platforms,
    // Under upstream's names tools look for upstream's bytes.
    registration: {
      ...{ name, interpreter: '', flags },
      matcher: config.names === 'qemu-' ? matcherOf(architecture) : servedMatcher(architecture),
    },
    interpreter: null,
    samples: sampleHeaders(architecture),
  };
}

function candidateOf(parts: PlatformParts, architecture: Architecture, ready: ReadyInterpreter): Candidate {
  const wanted = wantedHandler(parts, architecture);
  const { dev, ino, sha256 } = ready;
  const registration = { ...wanted.registration, interpreter: bytesOf(ready.path) };
  const info = { version: ready.version, probe: parts.probes.get(architecture.target) ?? null };
  return {
    handler: { ...wanted, registration, interpreter: { dev, ino, sha256 } },
    info,
    header: ready.header,
  };
}

function wantsCredentials(config: Config, architecture: Architecture): boolean {
  if (typeof config.credentials === 'boolean') return config.credentials;
  return config.credentials.some((name) => {
    const found = resolvePlatform(name);
    return 'target' in found && found.target === architecture.target;
  });
}
