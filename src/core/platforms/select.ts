import { type Architecture, architectureOf, catalogue } from './catalogue.ts';
import { resolvePlatform } from './platforms.ts';

/** What this host runs without emulation. */
export interface HostFacts {
  /** The catalogue's target of the host itself. */
  readonly target: string;
  /** Other targets whose probe ran natively: found out by execution, because no family rule holds everywhere. */
  readonly runsNatively: readonly string[];
}

/** An architecture that gets no handler. */
export interface LeftOut {
  readonly target: string;
  readonly why: string;
  readonly kind: LeftOutKind;
}

/**
 * Why, for programs. `native`: the host runs it by itself; `unnamed`: without an OCI name, so that `auto` does not keep
 * it; `unusable`: no entry could match its files; `no-emulator`: none was found; `uninstalled`: by request; `not-kept`:
 * the configuration does not name it.
 */
export type LeftOutKind = (typeof leftOutKinds)[number];

/** All of them. */
export const leftOutKinds = [
  'native',
  'unnamed',
  'unusable',
  'no-emulator',
  'uninstalled',
  'not-kept',
] as const;

/** Which architectures get a handler, and what became of the others. */
export interface Selection {
  readonly chosen: readonly Architecture[];
  readonly leftOut: readonly LeftOut[];
  /** Names that cannot be served as asked. */
  readonly faults: readonly { readonly given: string; readonly why: string; readonly suggestion?: string }[];
}

/** `auto`: what has an OCI name, since only such can be asked of a container engine; `all`: every row. */
export type PlatformRequest = 'auto' | 'all' | readonly string[];

/**
 * Turns the request into rows: `auto` and `all` in the catalogue's order, a list in its own order, each row once; what
 * was `added` comes last. What the host runs natively is never chosen, whoever asks: a handler for it would stop every
 * program.
 */
export function selectArchitectures(
  request: PlatformRequest,
  host: HostFacts,
  added: readonly string[] = [],
): Selection {
  if (typeof request !== 'string') return selectNamed([...request, ...added], host);
  const usual = selectUsual(request, host);
  if (added.length === 0) return usual;
  const named = selectNamed(added, host);
  const chosen = [...new Set([...usual.chosen, ...named.chosen])];
  const leftOut = usual.leftOut.filter((row) => !chosen.some((a) => a.target === row.target));
  return { chosen, leftOut, faults: named.faults };
}

/** The targets that `auto` means on some host or other. */
export const autoTargets: readonly string[] = catalogue
  .filter((a) => a.platforms.length > 0)
  .map((a) => a.target);

function selectUsual(request: 'auto' | 'all', host: HostFacts): Selection {
  const chosen: Architecture[] = [];
  const leftOut: LeftOut[] = [];
  for (const a of catalogue) {
    const why = notChosen(a, host) ?? (request === 'auto' ? unnamed(a) : undefined);
    if (why === undefined) chosen.push(a);
    else leftOut.push({ target: a.target, ...why });
  }
  return { chosen, leftOut, faults: [] };
}

function selectNamed(request: readonly string[], host: HostFacts): Selection {
  const chosen = new Set<Architecture>();
  const leftOut = new Map<string, LeftOut>();
  const faults: { given: string; why: string; suggestion?: string }[] = [];
  for (const given of request) {
    const resolved = resolvePlatform(given);
    if ('problem' in resolved) {
      const { problem, ...suggestion } = resolved;
      faults.push({ given, why: problem, ...suggestion });
      continue;
    }
    const a = architectureOf(resolved.target);
    if (a === undefined) throw new Error(`no catalogue row for the resolved target ${resolved.target}`);
    const why = notChosen(a, host);
    if (why?.kind === 'native') leftOut.set(a.target, { target: a.target, ...why });
    else if (why !== undefined) faults.push({ given, why: why.why });
    else chosen.add(a);
  }
  return { chosen: [...chosen], leftOut: [...leftOut.values()], faults };
}

type Reason = Pick<LeftOut, 'why' | 'kind'>;

function notChosen(a: Architecture, host: HostFacts): Reason | undefined {
  const isOwn = a.target === host.target;
  if (isOwn || host.runsNatively.includes(a.target)) return nativeRow(a.target, isOwn);
  return a.unusableWhy === undefined ? undefined : { why: a.unusableWhy, kind: 'unusable' };
}

/** What the host runs by itself. */
export function nativeRow(target: string, isOwn: boolean): LeftOut {
  const why = isOwn
    ? "the host's own architecture: it runs without emulation"
    : 'the host runs it without emulation';
  return { target, why, kind: 'native' };
}

function unnamed(a: Architecture): Reason | undefined {
  return a.platforms.length > 0
    ? undefined
    : { why: 'it has no OCI name; platforms: all keeps it', kind: 'unnamed' };
}
