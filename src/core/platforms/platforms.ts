import { nearest } from '../text/suggest.ts';
import { type Architecture, catalogue } from './catalogue.ts';
import { probably, readingsOf } from './spellings.ts';

/** What a name given by a person means: a row of the catalogue, or why it means none. */
export type Resolved =
  | { readonly target: string }
  | { readonly problem: string; readonly suggestion?: string };

/**
 * Finds the row for whatever people type: OCI names with or without a variant, targets, aliases, entry names, and what
 * these are called elsewhere, in any case.
 */
export function resolvePlatform(name: string): Resolved {
  const given = name.trim().toLowerCase();
  const readings = readingsOf(given);
  const meant = readings.find((name) => names.has(name));
  const target = meant === undefined ? undefined : names.get(meant);
  if (target !== undefined) return { target };
  const [os, architecture, ...rest] = given.split('/');
  if (architecture !== undefined && os !== 'linux' && !names.has(`linux/${given}`)) {
    const linux = names.has(`linux/${architecture}`) ? { suggestion: `linux/${architecture}` } : {};
    return { problem: `expected an operating system of linux, got ${JSON.stringify(os)}`, ...linux };
  }
  const plain = `linux/${architecture}`;
  if (rest.length > 0 && names.has(plain)) return { problem: unknownVariant(plain, rest), suggestion: plain };
  const likely = probably(given);
  const suggestion = likely !== undefined && names.has(likely) ? likely : nearestOf(readings);
  const problem = `${JSON.stringify(name)} is no platform, architecture or alias that is known`;
  return suggestion === undefined ? { problem } : { problem, suggestion };
}

function nearestOf(readings: readonly string[]): string | undefined {
  const known = [...names.keys()];
  for (const name of new Set(readings)) {
    const found = nearest(name, known);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unknownVariant(plain: string, rest: readonly string[]): string {
  const known = catalogue
    .flatMap((a) => a.platforms)
    .filter((platform) => platform.startsWith(`${plain}/`))
    .map((platform) => platform.slice(plain.length + 1));
  const list = known.length === 0 ? 'none' : known.join(', ');
  // The kernel sees the ELF header only, and that does not tell the variant.
  return `expected a variant of ${plain} (${list}), got ${JSON.stringify(rest.join('/'))}; one handler serves them all`;
}

const names: ReadonlyMap<string, string> = new Map(
  catalogue.flatMap((a) => namesOf(a).map((name) => [name, a.target])),
);

function namesOf(a: Architecture): string[] {
  const bare = [a.target, ...a.aliases];
  const short = a.platforms.map((platform) => platform.slice('linux/'.length));
  return [...bare, ...short, ...a.platforms, ...bare.map((name) => `linux/${name}`), a.entryName];
}
