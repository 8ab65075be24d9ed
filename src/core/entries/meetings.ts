import type { Entry } from '../kernel/entry.ts';
import type { Matcher } from '../kernel/registration.ts';

/** Two entries that may take the same files, in search order. */
export interface Meeting {
  readonly front: Entry;
  readonly behind: Entry;
}

/**
 * The pairs of entries, given in search order, among which the order can matter: all of those, and some others. A thousand
 * entries are half a million pairs, which took a second where nothing is compiled; so entries are divided by bytes that
 * they ask for, until few are left together, and of those that match alike all but the first only meet the first.
 */
export function meetings(entries: readonly Entry[]): readonly Meeting[] {
  const places = new Map(entries.map((entry, at) => [entry, at]));
  const { first, twins } = withoutTwins(entries);
  const met: Meeting[] = [...twins];
  const placeOf = (entry: Entry): number => places.get(entry) ?? 0;
  const meet = (a: Entry, b: Entry): void => {
    if (met.length >= mostMeetings) return;
    met.push(placeOf(a) < placeOf(b) ? { front: a, behind: b } : { front: b, behind: a });
  };
  const magics = first.filter((e) => e.matcher?.kind === 'magic');
  pair(magics, new Set(), meet);
  // Two extensions have nothing in common, and only what asks for no byte at all takes all of one.
  const named = first.filter((e) => e.matcher?.kind === 'extension');
  for (const greedy of magics.filter(takesAll)) for (const one of named) meet(greedy, one);
  return met.sort((a, b) => placeOf(a.front) - placeOf(b.front) || placeOf(a.behind) - placeOf(b.behind));
}

function takesAll({ matcher }: Entry): boolean {
  return matcher?.kind === 'magic' && matcher.mask.every((mask) => mask === 0);
}

/** Only lines made for it get here: a thousand that all fit one file. The account waits for nobody. */
const mostMeetings = 20_000;
/** So few meet one by one. */
const few = 8;

function withoutTwins(entries: readonly Entry[]): {
  readonly first: readonly Entry[];
  readonly twins: readonly Meeting[];
} {
  const byKey = new Map<string, Entry>();
  const twins: Meeting[] = [];
  for (const entry of entries) {
    if (entry.matcher === null) continue;
    const key = keyOf(entry.matcher);
    const front = byKey.get(key);
    if (front === undefined) byKey.set(key, entry);
    else twins.push({ front, behind: entry });
  }
  return { first: [...byKey.values()], twins };
}

/** Equal for matchers that take the same files. */
function keyOf(matcher: Matcher): string {
  if (matcher.kind === 'extension') return `.${matcher.extension}`;
  const asked = matcher.magic.map((byte, at) => byte & (matcher.mask[at] ?? 0));
  const from = matcher.mask.findIndex((mask) => mask !== 0);
  const to = matcher.mask.findLastIndex((mask) => mask !== 0) + 1;
  return from < 0
    ? 'all'
    : `${matcher.offset + from} ${asked.slice(from, to)} ${matcher.mask.slice(from, to)}`;
}

function pair(
  entries: readonly Entry[],
  settled: ReadonlySet<number>,
  meet: (a: Entry, b: Entry) => void,
): void {
  const place = entries.length <= few ? null : divider(entries, settled);
  if (place === null) {
    for (const [at, a] of entries.entries()) for (const b of entries.slice(at + 1)) meet(a, b);
    return;
  }
  const groups = new Map<number, Entry[]>();
  const open: Entry[] = [];
  for (const entry of entries) {
    const byte = fixedAt(entry.matcher, place);
    if (byte === null) open.push(entry);
    else groups.set(byte, [...(groups.get(byte) ?? []), entry]);
  }
  for (const [at, a] of open.entries()) {
    for (const b of open.slice(at + 1)) meet(a, b);
    for (const group of groups.values()) for (const b of group) meet(a, b);
  }
  for (const group of groups.values()) pair(group, new Set([...settled, place]), meet);
}

/** The byte that divides them best; null where none does. */
function divider(entries: readonly Entry[], settled: ReadonlySet<number>): number | null {
  const values = new Map<number, Set<number>>();
  const counts = new Map<number, number>();
  for (const { matcher } of entries) {
    if (matcher?.kind !== 'magic') continue;
    for (let at = 0; at < matcher.magic.length; at += 1) {
      const place = matcher.offset + at;
      if (matcher.mask[at] !== 0xff || settled.has(place)) continue;
      counts.set(place, (counts.get(place) ?? 0) + 1);
      values.set(place, (values.get(place) ?? new Set()).add(matcher.magic[at] ?? 0));
    }
  }
  let best: number | null = null;
  let most = 0;
  for (const [place, different] of values) {
    const worth = different.size < 2 ? 0 : different.size * (counts.get(place) ?? 0);
    if (worth > most) [best, most] = [place, worth];
  }
  return best;
}

function fixedAt(matcher: Matcher | null, place: number): number | null {
  if (matcher?.kind !== 'magic') return null;
  const at = place - matcher.offset;
  return matcher.mask[at] === 0xff ? (matcher.magic[at] ?? null) : null;
}
