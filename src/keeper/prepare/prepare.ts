import { type Asked, nothingAsked, selectAsked, withAsked } from '../../core/config/asked.ts';
import type { Config } from '../../core/config/config.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { KernelVersion } from '../../core/kernel/kernel-version.ts';
import { acceptHandler, type NativeHost } from '../../core/plan/acceptance.ts';
import type { Kept } from '../../core/plan/custody.ts';
import { type Desired, nothingDesired } from '../../core/plan/desired.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { inOrder } from '../../core/plan/order.ts';
import { usualName } from '../../core/plan/published.ts';
import { type Architecture, catalogue } from '../../core/platforms/catalogue.ts';
import type { LeftOut } from '../../core/platforms/select.ts';
import type { Problem } from '../../core/problems.ts';
import type { Declarations } from '../../host/files/facet.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Labels } from '../../host/selinux/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { Children, Namespaces } from '../../host/system/facet.ts';
import { keptOf, nothingDeclared, readDeclared } from '../kept/declared.ts';
import { type Accept, acceptCandidates } from './accept.ts';
import type { Candidate, HandlerInfo } from './candidate.ts';
import { noticeStore } from './elsewhere.ts';
import { ownCandidates } from './own-candidates.ts';
import { type GatheredPlatforms, platformCandidates } from './platform-candidates.ts';
import type { Obtain } from './ready-interpreter.ts';
import type { Recall, Recalled } from './recall.ts';

/** What it uses of the machine. */
type Host = Namespaces & Children & Places & Declarations & Stores & Labels;

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

/** What preparation knows beside the configuration; each has a default for those who only look or register once. */
export interface PrepareOptions {
  readonly accept?: Accept;
  readonly asked?: Asked | undefined;
  readonly recall?: Recall;
  /** The world before, whose declarations stay in force where they cannot be read now. */
  readonly former?: World;
}

/** Turns the configuration into handlers, gathering every problem: one missing emulator leaves the others working. */
export async function prepareWorld(
  machine: Host,
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
  const config = withAsked(given, asked);
  const chosen = selectAsked(given, asked, host);
  const recalled = recallFor(config, chosen.chosen, recall);
  const { kernel } = host;
  const made = await platformCandidates(
    { machine, config, kernel, probes, obtain, recalled, known: former.info },
    chosen.chosen,
  );
  const own = await ownCandidates(machine, config.handlers, recalled);
  const candidates = [...made.candidates, ...own.candidates];
  const { leftOut, unmet, problems: missing } = accountOf(config, made.failed);
  const problems: readonly Problem[] = [
    ...(obtain.problems ?? []),
    ...chosen.faults.map((f) => ({ code: 'config-invalid' as const, subject: f.given, detail: f.why })),
    ...(await storeNotice(machine, config, made.candidates)),
    ...made.problems,
    ...missing,
    ...own.problems,
  ];
  const { accepted: good, problems: refusals } = acceptCandidates(candidates, host, accept);
  const desired = desiredOf(config, good, [...made.unready, ...own.unready]);
  const declared = config.binfmtD ? await readDeclared(machine, desired, former.kept) : nothingDeclared;
  const info = new Map(good.map((c) => [c.handler.key, c.info]));
  const refused = candidates
    .filter((c) => !good.includes(c))
    .map(({ handler }) => ({
      target: handler.key,
      platforms: handler.platforms,
      why: 'refused, see problems',
    }));
  return {
    desired,
    info,
    leftOut: [...chosen.leftOut, ...leftOut],
    unmet: [...chosen.missing, ...unmet, ...refused],
    problems: distinct([...problems, ...refusals, ...declared.problems]),
    sources: [...made.sources, ...declared.sources],
    kept: keptOf(desired.adopted, declared.declared),
  };
}

/** A store that does not answer is the same problem for every platform. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((p) => [JSON.stringify([p.code, p.subject, p.detail]), p])).values()];
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

/** What is to be said of platforms without a handler: a word for all means all that there are. */
function accountOf(config: Config, failed: GatheredPlatforms['failed']) {
  const leftOut: World['leftOut'][number][] = [];
  const unmet: World['unmet'][number][] = [];
  const problems: Problem[] = [];
  for (const { architecture, problem } of failed) {
    const { target, platforms } = architecture;
    if (config.platforms === 'all' && platforms.length === 0)
      leftOut.push({ target, why: problem.detail, kind: 'no-emulator' });
    else {
      problems.push(problem);
      unmet.push({ target, platforms, why: problem.detail });
    }
  }
  return { leftOut, unmet, problems };
}

async function storeNotice(
  machine: Host,
  { interpreters: { deploy, store } }: Config,
  made: readonly Candidate[],
): Promise<readonly Problem[]> {
  if (deploy !== 'copy' || made.every((c) => c.handler.held === true)) return [];
  const notice = await noticeStore(machine, store);
  return notice === null ? [] : [notice];
}

function desiredOf(config: Config, good: readonly Candidate[], unready: readonly Handler[]): Desired {
  return {
    handlers: inOrder(good.map((c) => c.handler)),
    precedence: config.precedence,
    onStatusZero: config.onStatusZero,
    prefix: config.names,
    store: bytesOf(config.interpreters.store),
    adopted: new Set(config.adopt.map(bytesOf)),
    published: new Map(),
    unready,
  };
}

/** The catalogue's target for an ELF machine, such as the host's. */
export function targetOf(native: Pick<NativeHost, 'machine' | 'class' | 'data'>): string | null {
  const row = catalogue.find(
    (a) => a.machine === native.machine && a.class === native.class && a.data === native.data,
  );
  return row?.target ?? null;
}
