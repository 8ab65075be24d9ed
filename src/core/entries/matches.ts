import type { Entry } from '../kernel/entry.ts';
import { matchesHeader } from '../kernel/match.ts';
import { isAllOnes, type Matcher } from '../kernel/registration.ts';
import { catalogue } from '../platforms/catalogue.ts';
import { sampleHeaders } from '../platforms/catalogue-magic.ts';

/** What an entry matches, for people: an extension, or bytes and where they are looked for. */
export function matchText({ matcher, unknown }: Pick<Entry, 'matcher' | 'unknown'>): string {
  if (matcher === null) return unknown.length === 0 ? 'nothing' : `something unknown (${unknown[0]})`;
  if (matcher.kind === 'extension') return `.${matcher.extension}`;
  const mask = isAllOnes(matcher.mask) ? '' : ` mask ${hex(matcher.mask)}`;
  return `${hex(matcher.magic)}${mask} at ${matcher.offset}`;
}

/** One platform with the headers of its files, to ask which entry would take them. */
export interface Sampled {
  readonly target: string;
  /** Its plain name, or the target where it has none. */
  readonly platform: string;
  readonly headers: readonly Uint8Array[];
}

/** All platforms of the catalogue. */
const sampledPlatforms: readonly Sampled[] = catalogue
  .filter((a) => a.usable)
  .map((a) => ({ target: a.target, platform: a.platforms[0] ?? a.target, headers: sampleHeaders(a) }));

/** The headers, of all platforms, that a matcher takes, by platform. Asked again and again of the same entries. */
export function takenBy(matcher: Matcher | null): ReadonlyMap<Sampled, ReadonlySet<Uint8Array>> {
  if (matcher === null || matcher.kind === 'extension') return nothing;
  let taken = known.get(matcher);
  if (taken === undefined) {
    taken = new Map(
      sampledPlatforms.flatMap((one) => {
        const headers = one.headers.filter((header) => matchesHeader(matcher, header));
        return headers.length === 0 ? [] : [[one, new Set(headers)] as const];
      }),
    );
    known.set(matcher, taken);
  }
  return taken;
}

const nothing: ReadonlyMap<Sampled, ReadonlySet<Uint8Array>> = new Map();
const known = new WeakMap<Matcher, ReadonlyMap<Sampled, ReadonlySet<Uint8Array>>>();

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
