import { type Architecture, architectureOf, catalogue } from './catalogue.ts';
import { resolvePlatform } from './platforms.ts';

/** What this host runs without emulation. */
export interface HostFacts {
  /** The catalogue's target of the host itself. */
  readonly target: string;
  /** Other targets whose probe ran natively: found out by execution, because no family rule holds everywhere. */
  readonly runsNatively: readonly string[];
}

/** Which architectures get a handler, and what became of the others. */
export interface Selection {
  readonly chosen: readonly Architecture[];
  readonly leftOut: readonly { readonly target: string; readonly why: string }[];
  /** Names that cannot be served as asked. */
  readonly faults: readonly { readonly given: string; readonly why: string; readonly suggestion?: string }[];
}

/**
 * Turns the request into rows: `all` in the catalogue's order, a list in its own order, each row once. What the host
 * runs natively is never chosen, whoever asks: a handler for it would stop every program.
 */
export function selectArchitectures(request: 'all' | readonly string[], host: HostFacts): Selection {
  return request === 'all' ? selectAll(host) : selectNamed(request, host);
}

function selectAll(host: HostFacts): Selection {
  const chosen: Architecture[] = [];
  const leftOut: { target: string; why: string }[] = [];
  for (const a of catalogue) {
    const why = native(a, host) ?? a.unusableWhy;
    if (why === undefined) chosen.push(a);
    else leftOut.push({ target: a.target, why });
  }
  return { chosen, leftOut, faults: [] };
}

function selectNamed(request: readonly string[], host: HostFacts): Selection {
  const chosen = new Set<Architecture>();
  const leftOut = new Map<string, string>();
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
    const why = native(a, host);
    if (why !== undefined) leftOut.set(a.target, why);
    else if (a.unusableWhy !== undefined) faults.push({ given, why: a.unusableWhy });
    else chosen.add(a);
  }
  return { chosen: [...chosen], leftOut: [...leftOut].map(([target, why]) => ({ target, why })), faults };
}

function native(a: Architecture, host: HostFacts): string | undefined {
  if (a.target === host.target) return "the host's own architecture";
  if (host.runsNatively.includes(a.target)) return 'the host runs it without emulation';
  return undefined;
}
