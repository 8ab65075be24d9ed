import { lasted } from '../text/duration.ts';
import { type HandlerReport, provenHandlers, type Report } from './report.ts';

/** What people call a handler: its first platform, or its entry's name where it has none. */
export function calledOf({ platforms }: { readonly platforms: readonly string[] }, name: string): string {
  return platforms[0] ?? name;
}

/** A proof: `linux/arm64 verified in 14 ms (QEMU 7.2.22)`. */
export function verifiedWords(called: string, tookMs: number, version: string | null): string {
  return `${called} verified in ${lasted(tookMs)}${version === null ? '' : ` (QEMU ${version})`}`;
}

/** Losses of one kind that were healed together. */
export interface Healed {
  readonly reason: string;
  /** Each once, as people call it. */
  readonly called: readonly string[];
  /** How often in all. */
  readonly count: number;
  /** The longest. */
  readonly goneMs: number;
  /** How many handlers there are. */
  readonly wanted: number;
}

/** One line for all of them, however many. */
export function healedWords({ reason, called, count, goneMs, wanted }: Healed): string {
  if (reason === 'status-zero')
    return `all entries were switched off (0 was written to status) and work again after ${lasted(goneMs)}`;
  const [one, many, end] = lossWords(reason);
  const whole = called.length > 1 && called.length === wanted;
  const who = whole ? `all ${wanted} handlers` : some(called);
  const together = whole && count === called.length ? ' at once' : '';
  const often = count > called.length ? ` ${count} times` : '';
  return `${who} ${called.length === 1 ? one : many}${together}${often} and ${end}${tail(reason, goneMs)}`;
}

function tail(reason: string, goneMs: number): string {
  return servedMeanwhile(reason) ? '' : ` in ${lasted(goneMs)}`;
}

/** Whether what is lost so serves all the time, and was not gone. */
export function servedMeanwhile(reason: string): boolean {
  return reason === 'stale' || reason === 'order';
}

/** What happened to one entry, to several, and how it ended: the same words wherever a loss is told. */
export function lossWords(reason: string): readonly [one: string, many: string, end: string] {
  return losses.get(reason) ?? ['was lost', 'were lost', 'came back'];
}

const losses: ReadonlyMap<string, readonly [one: string, many: string, end: string]> = new Map([
  ['missing', ['was removed', 'were removed', 'came back']],
  ['disabled', ['was switched off', 'were switched off', 'came back']],
  ['drifted', ['was changed', 'were changed', 'came back as wanted']],
  ['stale', ['held an older interpreter', 'held older interpreters', 'got the new one']],
  [
    'shadowed',
    ['stood behind an entry of somebody else', 'stood behind entries of others', 'came to the front'],
  ],
  ['order', ['stood in the wrong place', 'stood in the wrong order', 'moved without a gap']],
]);

/** A few by name. */
export function some(names: readonly string[]): string {
  if (names.length <= 4) return joined(names);
  return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

function joined(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What a problem is, about what, and how exactly. */
export function problemWords(title: string, subject: string, detail: string): string {
  // Of the daemon itself the title says enough.
  return `${title}: ${subject === '' || subject === 'daemon' ? detail : `${subject}: ${detail}`}`;
}

/** A number and what is counted. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The end of a start: whether all is ready, how many of how many, where to look and what to type. */
export function readyWords(
  report: Report,
  http: { readonly at: string; readonly page: boolean } | null,
  command: string,
): string {
  const proven = provenHandlers(report);
  const failing = report.handlers.filter((h) => h.required && !proven.includes(h));
  const state = report.ready ? 'ready' : 'not ready';
  const not = failing.length === 0 ? '' : `, not working: ${some(failing.map(called))}`;
  const where = http === null ? '' : `; ${http.page ? 'page' : 'HTTP'}: ${http.at}`;
  return `${state}: ${report.summary}${not}${where}; next: ${command}`;
}

function called(handler: HandlerReport): string {
  return calledOf(handler, handler.name);
}

/** A mount that was made, or made writable again, after how long it was not there (milliseconds) where it was before. */
export interface MountRepair {
  readonly what: 'main' | 'anchor';
  readonly path: string;
  readonly done: 'mounted' | 'writable';
  readonly goneMs: number | null;
}

/** A repair of a mount. */
export function mountWords({ what, path, done, goneMs }: MountRepair): string {
  const name = what === 'main' ? 'the main mount' : 'the anchor';
  if (done === 'writable') return `${name} was read-only and is writable again (${path})`;
  if (goneMs === null) return `mounted binfmt_misc as ${name} at ${path}`;
  return `${name} was gone and is mounted again after ${lasted(goneMs)} (${path})`;
}

/** What becomes of the entries of a daemon that stops. */
export function stoppingWords(entries: 'vanish' | 'keep' | 'remove'): string {
  return `stopping; ${ends[entries]}`;
}

const ends = {
  vanish: 'the private instance ends with its last process',
  keep: 'the entries stay',
  remove: 'the entries are removed',
} as const;

/** What somebody asked a daemon for. */
export function askedWords(type: string, targets: readonly string[] | 'all'): string {
  const what =
    targets === 'all' ? 'everything' : targets.length === 0 ? 'what the configuration says' : some(targets);
  return `somebody asked to ${type} ${what}`;
}
