import { architectureOf } from '../platforms/catalogue.ts';
import { type LeftOut, nativeRow } from '../platforms/select.ts';
import type { Problem } from '../problems.ts';
import { type HandlerReport, provenHandlers, type Report, stopsAll, summarize } from './report.ts';
import { otherServed } from './served.ts';

/**
 * The report of some targets alone, for `status PLATFORM` and `probe PLATFORM`: their handlers, what is wrong with them
 * or with everything, and readiness that speaks of them, required or not. What the host runs by itself is well without
 * a handler.
 */
export function onlyTargets(report: Report, targets: readonly string[]): Report {
  const all = [...report.handlers, ...otherServed(report)];
  const handlers = all.filter((h) => targets.includes(h.key));
  const leftOut = targets.filter((t) => !handlers.some((h) => h.key === t)).map((t) => absent(t, report));
  const proven = provenHandlers({ ...report, handlers }).map((h) => h.key);
  const isWell = (target: string): boolean =>
    proven.includes(target) || leftOut.some((row) => row.target === target && row.kind === 'native');
  const others = new Set(
    [
      ...report.handlers.filter((h) => !handlers.includes(h)).flatMap(subjectsOf),
      ...report.leftOut.map((row) => row.target),
    ].filter((name) => !targets.includes(name)),
  );
  const problems = report.problems.filter((p) => !others.has(p.subject));
  const stopped = report.problems.some((p) => stopsAll.has(p.code));
  return {
    ...report,
    ready: targets.every(isWell) && (handlers.length === 0 || !stopped),
    summary: summaryOf({ ...report, handlers, leftOut }),
    handlers,
    entries: report.entries.filter((e) => concerns(e, targets, handlers)),
    leftOut,
    problems,
  };
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

function summaryOf(report: Report): string {
  if (report.handlers.length > 0) return summarize(report);
  return report.leftOut.every((row) => row.kind === 'native') ? 'no handler is needed' : 'no handler';
}
