import type { EntryReport } from '../entries/entry-report.ts';
import { architectureOf } from '../platforms/catalogue.ts';
import { type LeftOut, nativeRow } from '../platforms/select.ts';
import type { Problem } from '../problems.ts';
import { type HandlerReport, isCounted, provenHandlers, type Report, stopsAll, summarize } from './report.ts';
import { otherServed } from './served.ts';

/** What somebody asked about. */
export interface Asking {
  /** Platforms, by their targets. */
  readonly targets: readonly string[];
  /** Entries and own handlers, byte strings; what is neither is to be told before. */
  readonly names?: readonly string[];
  /** Only a proof will do; otherwise what nobody can prove is well as long as nothing is known against it. */
  readonly proof?: boolean;
}

/**
 * The report of some platforms and entries alone, for `status NAME` and `probe NAME`: their handlers, what is wrong with
 * them or with everything, and readiness that speaks of them, required or not. What the host runs by itself is well
 * without a handler.
 */
export function onlyAsked(report: Report, { targets, names = [], proof = false }: Asking): Report {
  const all = [...report.handlers, ...otherServed(report)];
  const handlers = all.filter(
    (h) => targets.includes(h.key) || names.includes(h.key) || names.includes(h.name),
  );
  const entries = report.entries.filter((e) => names.includes(e.name) || concerns(e, targets, handlers));
  const bare = entries.filter(
    (e) => names.includes(e.name) && !handlers.some((h) => [h.key, h.name, h.entry].includes(e.name)),
  );
  const leftOut = targets.filter((t) => !handlers.some((h) => h.key === t)).map((t) => absent(t, report));
  const proven = new Set(provenHandlers({ ...report, handlers }));
  const stopped = report.problems.some((p) => stopsAll.has(p.code));
  const ready =
    handlers.every((h) => proven.has(h) || (!proof && isLeftWell(h))) &&
    bare.every((e) => e.state === 'ok' || (!proof && isUnharmed(e))) &&
    leftOut.every((row) => row.kind === 'native') &&
    (handlers.length + bare.length === 0 || !stopped);
  const problems = problemsAmong(report, targets, handlers, entries);
  const summary = summaryOf({ ...report, handlers, leftOut }, bare);
  return { ...report, ready, summary, handlers, entries, leftOut, problems };
}

/** The same of platforms alone. */
export function onlyTargets(report: Report, targets: readonly string[]): Report {
  return onlyAsked(report, { targets, proof: true });
}

/** Words that name nothing that the report knows. */
export function unknownNames({ handlers, entries }: Report, names: readonly string[]): readonly string[] {
  const known = new Set([...handlers.flatMap((h) => [h.key, h.name]), ...entries.map((e) => e.name)]);
  return names.filter((name) => !known.has(name));
}

/** Nothing can prove it, and it stands as it should. */
function isLeftWell(handler: HandlerReport): boolean {
  return isUnprovable(handler) && handler.state === 'unverified';
}

function isUnharmed({ state, wrong }: EntryReport): boolean {
  return state === 'unverified' && !wrong.some(({ code }) => code === 'entry-hidden');
}

/** Those of what was asked about, and of everything. */
function problemsAmong(
  report: Report,
  targets: readonly string[],
  handlers: readonly HandlerReport[],
  entries: readonly EntryReport[],
): Report['problems'] {
  const mine = new Set([...targets, ...handlers.flatMap(subjectsOf), ...entries.map((e) => e.name)]);
  const others = new Set(
    [
      ...report.handlers.flatMap(subjectsOf),
      ...report.leftOut.map((row) => row.target),
      ...report.entries.map((e) => e.name),
    ].filter((name) => !mine.has(name)),
  );
  return report.problems.filter((p) => p.code === 'dangerous-entry' || !others.has(p.subject));
}

/** Whether an entry takes files of one of the targets, or is what a handler wants. */
function concerns(
  { name, platforms }: Report['entries'][number],
  targets: readonly string[],
  handlers: readonly HandlerReport[],
): boolean {
  const names = targets.flatMap((t) => architectureOf(t)?.platforms[0] ?? t);
  return (
    platforms.some((p) => names.includes(p)) || handlers.some((h) => h.name === name || h.entry === name)
  );
}

/** Why a target has no handler. */
function absent(target: string, { leftOut, native }: Report): LeftOut {
  const why = 'it is not among the platforms that are kept';
  const known = leftOut.find((row) => row.target === target);
  if (known !== undefined) return known;
  return native.includes(target)
    ? nativeRow(target, native[0] === target)
    : { target, why, kind: 'not-kept' };
}

/** By what problems name a handler. */
function subjectsOf({ key, name, platforms }: HandlerReport): readonly Problem['subject'][] {
  return [key, name, ...platforms, ...(architectureOf(key)?.platforms ?? [])];
}

function summaryOf(report: Report, bare: readonly EntryReport[]): string {
  const { handlers, leftOut } = report;
  if (handlers.length + bare.length === 0)
    return leftOut.every((row) => row.kind === 'native') ? 'no handler is needed' : 'no handler';
  const provable = handlers.filter((h) => !isUnprovable(h));
  return [
    ...(provable.length > 0 ? [summarize({ ...report, handlers: provable })] : []),
    ...handlers.filter(isUnprovable).map(unprovableWords),
    ...bare.map(bareWords),
  ].join('; ');
}

function isUnprovable(handler: HandlerReport): boolean {
  return !isCounted(handler);
}

function unprovableWords({ key, platforms, state, proof, why }: HandlerReport): string {
  const name = platforms[0] ?? key;
  if (state !== 'unverified') return `${name}: ${state}${why === '' ? '' : `, ${why}`}`;
  const lacks = proof === 'probe' ? 'there is no probe for it' : 'it has no check';
  return `${name} is registered, and nothing can prove it: ${lacks}`;
}

function bareWords({ name, state, wrong, serves, probe }: EntryReport): string {
  if (state === 'ok') return `${name} is verified`;
  if (state === 'disabled') return `${name} is switched off`;
  const [first] = wrong;
  if (first !== undefined && (state === 'broken' || first.code === 'entry-hidden'))
    return `${name}: ${first.detail}`;
  if (probe !== null) return `${name}: ${probe.verdict}${probe.detail === '' ? '' : `: ${probe.detail}`}`;
  if (serves.length > 0) return `${name} is registered, and was not tried`;
  return `${name} is registered, and nothing can prove it: it serves no platform that has a probe`;
}
