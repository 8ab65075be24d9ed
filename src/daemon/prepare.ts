import {
  acceptHandler,
  defaultProtectedExtensions,
  interpreterClash,
  type NativeHost,
} from '../core/acceptance.ts';
import { type Asked, nothingAsked, selectAsked, withAsked } from '../core/asked.ts';
import { type Architecture, catalogue } from '../core/catalogue.ts';
import { matcherOf, sampleHeaders } from '../core/catalogue-magic.ts';
import type { Config } from '../core/config.ts';
import type { Kept } from '../core/custody.ts';
import { type Desired, nothingDesired } from '../core/desired.ts';
import type { Handler } from '../core/handler.ts';
import { flagsFor, type KernelVersion } from '../core/kernel-version.ts';
import { inOrder } from '../core/order.ts';
import { resolvePlatform } from '../core/platforms.ts';
import type { Problem } from '../core/problems.ts';
import { usualName } from '../core/published.ts';
import { checkRegistration, type Fault, type Registration } from '../core/registration.ts';
import type { LeftOut } from '../core/select.ts';
import type { Machine } from '../host/machine.ts';
import { keptOf, nothingDeclared, readDeclared } from './declared.ts';
import { noticeStore } from './elsewhere.ts';
import { ownCandidates } from './own-candidates.ts';
import { type Candidate, type HandlerInfo, hungCandidate, type Recalled } from './recall.ts';

/** What this host is, found out once at start. */
export interface HostIdentity {
  readonly native: NativeHost;
  readonly target: string;
  readonly runsNatively: readonly string[];
  readonly kernel: KernelVersion;
}

/** The desired state with everything deployed, and all that could not be done. */
export interface World {
  readonly desired: Desired;
  readonly info: ReadonlyMap<string, HandlerInfo>;
  readonly leftOut: readonly LeftOut[];
  /** Platforms that were asked for and got no handler. */
  readonly unmet: readonly {
    readonly target: string;
    readonly platforms: readonly string[];
    readonly why: string;
  }[];
  readonly problems: readonly Problem[];
  readonly sources: readonly string[];
  /** Entries of others that are kept alive. */
  readonly kept: readonly Kept[];
}

/** The world before the first configuration. */
export const emptyWorld: World = {
  desired: nothingDesired,
  info: new Map(),
  leftOut: [],
  unmet: [],
  problems: [],
  sources: [],
  kept: [],
};

/** The same world without some of its handlers, or with others in their place. */
export function without(
  world: World,
  keys: ReadonlySet<string>,
  instead: ReadonlyMap<string, Handler> = new Map(),
): World {
  const { desired } = world;
  const gone = desired.handlers.filter((h) => keys.has(h.key) && !instead.has(h.key));
  return {
    ...world,
    desired: {
      ...desired,
      handlers: desired.handlers.flatMap((h) => (keys.has(h.key) ? (instead.get(h.key) ?? []) : h)),
      published: withdrawn(desired, gone),
    },
    unmet: [
      ...world.unmet,
      ...gone.map((h) => ({
        target: h.key,
        platforms: h.platforms,
        why: 'taken back: native programs stopped',
      })),
    ],
  };
}

function withdrawn({ published }: Desired, gone: readonly Handler[]): Desired['published'] {
  const names = new Set(gone.map((h) => usualName(h.key)));
  return new Map([...published].map(([name, state]) => [name, names.has(name) ? 'withdrawn' : state]));
}

/** One interpreter ready for use, wherever it came from. */
export interface ReadyInterpreter {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly sha256: string;
  readonly version: string | null;
  readonly header: Uint8Array | null;
  readonly source: string;
  /** Why SELinux keeps ordinary containers from executing it, where it does. */
  readonly mislabelled?: string | undefined;
  /** Why it is an older one than the source has, where it is. */
  readonly outdated?: Problem | undefined;
}

/** How interpreters are made ready: deployed into the store, used in place, or only looked up. */
export type Obtain = ((architecture: Architecture) => Promise<ReadyInterpreter | Problem>) & {
  /** What was wrong before any interpreter was asked for. */
  readonly problems?: readonly Problem[];
};

/** The rule that a handler must pass before the kernel sees it. */
export type Accept = typeof acceptHandler;

/** Turns the configuration into handlers, gathering every problem: one missing emulator leaves the others working. */
export async function prepareWorld(
  machine: Machine,
  given: Config,
  host: HostIdentity,
  obtain: Obtain,
  probes: ReadonlyMap<string, string>,
  accept: Accept = acceptHandler,
  asked: Asked = nothingAsked,
  recalled: (name: string) => Recalled | null = () => null,
): Promise<World> {
  const config = withAsked(given, asked);
  const chosen = selectAsked(given, asked, host);
  const problems: Problem[] = [
    ...(obtain.problems ?? []),
    ...chosen.faults.map((f) => ({ code: 'config-invalid' as const, subject: f.given, detail: f.why })),
  ];
  const candidates: Candidate[] = [];
  const sources: string[] = [];
  const leftOut = [...chosen.leftOut];
  const unmet: World['unmet'][number][] = [...chosen.missing];
  const obtained = await inBatches(chosen.chosen, obtain);
  const { deploy, store } = config.interpreters;
  const notice =
    deploy === 'copy' && !obtained.every((r) => 'code' in r) ? await noticeStore(machine, store) : null;
  if (notice !== null) problems.push(notice);
  for (const [i, architecture] of chosen.chosen.entries()) {
    const ready = obtained[i];
    if (ready === undefined) continue;
    if ('code' in ready) {
      const { target, platforms } = architecture;
      const pinned = isUnknown(ready, obtain) ? recalled(bytes(`${config.names}${target}`)) : null;
      if (pinned !== null) {
        if (ready.code === 'hung-path') problems.push(ready);
        const probe = probes.get(target) ?? null;
        candidates.push(
          hungCandidate(pinned, { key: target, platforms, samples: sampleHeaders(architecture) }, probe),
        );
        continue;
      }
      if (config.platforms === 'all' && platforms.length === 0)
        leftOut.push({ target, why: ready.detail, kind: 'no-emulator' });
      else {
        problems.push(ready);
        unmet.push({ target, platforms, why: ready.detail });
      }
      continue;
    }
    sources.push(ready.source);
    if (ready.outdated !== undefined) problems.push(ready.outdated);
    if (ready.mislabelled !== undefined)
      problems.push({ code: 'interpreter-label', subject: architecture.target, detail: ready.mislabelled });
    candidates.push(catalogueHandler(architecture, ready, config, host, probes));
  }
  const own = await ownCandidates(machine, config.handlers, recalled);
  problems.push(...own.problems);
  candidates.push(...own.candidates);
  const good = refuse(candidates, host, accept, problems);
  const desired: Desired = {
    handlers: inOrder(good.map((c) => c.handler)),
    precedence: config.precedence,
    onStatusZero: config.onStatusZero,
    prefix: config.names,
    store: bytes(config.interpreters.store),
    adopted: new Set(config.adopt.map(bytes)),
    published: new Map(),
  };
  const declared = config.binfmtD ? await readDeclared(machine, desired) : nothingDeclared;
  problems.push(...declared.problems);
  sources.push(...declared.sources);
  const kept = keptOf(desired.adopted, declared.declared);
  const info = new Map(good.map((c) => [c.handler.key, c.info]));
  const refused = candidates
    .filter((c) => !good.includes(c))
    .map(({ handler }) => ({
      target: handler.key,
      platforms: handler.platforms,
      why: 'refused, see problems',
    }));
  return { desired, info, leftOut, unmet: [...unmet, ...refused], problems, sources, kept };
}

/** Four at a time keep the threads of libuv busy; each may ask an emulator for its version, which is a process. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 4) {
    results.push(...(await Promise.all(items.slice(at, at + 4).map(work))));
  }
  return results;
}

function catalogueHandler(
  architecture: Architecture,
  ready: ReadyInterpreter,
  config: Config,
  host: HostIdentity,
  probes: ReadonlyMap<string, string>,
): Candidate {
  const credentials = wantsCredentials(config, architecture);
  const flags = flagsFor(host.kernel, { preserveArgv0: config.preserveArgv0, credentials });
  const handler: Handler = {
    key: architecture.target,
    platforms: architecture.platforms,
    registration: {
      name: bytes(`${config.names}${architecture.target}`),
      matcher: matcherOf(architecture),
      interpreter: bytes(ready.path),
      flags,
    },
    interpreter: { dev: ready.dev, ino: ready.ino, sha256: ready.sha256 },
    samples: sampleHeaders(architecture),
  };
  const info = { version: ready.version, probe: probes.get(architecture.target) ?? null };
  return { handler, info, header: ready.header };
}

/** Whether a missing emulator may well be there: in a directory that does not answer. */
function isUnknown(problem: Problem, { problems = [] }: Obtain): boolean {
  const hangs = problems.some((p) => p.code === 'hung-path');
  return problem.code === 'hung-path' || (problem.code === 'source-missing' && hangs);
}

/** Leaves out what could stop the host, before the kernel sees it. */
function refuse(
  candidates: readonly Candidate[],
  host: HostIdentity,
  accept: Accept,
  problems: Problem[],
): Candidate[] {
  const names = new Set<string>();
  const accepted = candidates.filter(({ handler }) => {
    const { name } = handler.registration;
    const faults = [
      ...checkRegistration(handler.registration),
      ...dangersOf(handler.registration, host, accept),
      ...(names.has(name) ? [{ field: 'name', expected: 'a name used once', given: name }] : []),
    ];
    names.add(name);
    for (const f of faults)
      problems.push({
        code: 'handler-refused',
        subject: name,
        detail: `${f.field}: expected ${f.expected}, got ${f.given}`,
      });
    return faults.length === 0;
  });
  const clashes = interpreterClash(
    accepted.map(({ handler, header }) => ({ ...handler.registration, interpreterHeader: header })),
  );
  for (const f of clashes)
    problems.push({
      code: 'handler-refused',
      subject: f.field,
      detail: `expected ${f.expected}, got ${f.given}`,
    });
  return accepted.filter((c) => !clashes.some((f) => f.field.startsWith(`${c.handler.registration.name}:`)));
}

/** What the host's own programs would suffer from a registration. */
export function dangersOf(
  { matcher, interpreter }: Registration,
  host: HostIdentity,
  accept: Accept,
): readonly Fault[] {
  return accept(matcher, interpreter, host.native, protectedExtensions());
}

function protectedExtensions(): readonly string[] {
  return defaultProtectedExtensions(loaders);
}

/** The loaders of glibc and musl on the architectures that hosts have; each lends its last extension. */
const loaders = [
  'ld-linux-x86-64.so.2',
  'ld-linux-aarch64.so.1',
  'ld-linux.so.2',
  'ld64.so.2',
  'ld-musl-x86_64.so.1',
];

function wantsCredentials(config: Config, architecture: Architecture): boolean {
  if (typeof config.credentials === 'boolean') return config.credentials;
  return config.credentials.some((name) => {
    const found = resolvePlatform(name);
    return 'target' in found && found.target === architecture.target;
  });
}

/** Text as the kernel's byte string. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The catalogue's target for an ELF machine, such as the host's. */
export function targetOf(native: Pick<NativeHost, 'machine' | 'class' | 'data'>): string | null {
  const row = catalogue.find(
    (a) => a.machine === native.machine && a.class === native.class && a.data === native.data,
  );
  return row?.target ?? null;
}
