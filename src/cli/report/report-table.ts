import { whyLasting } from '../../core/report/lasting.ts';
import type { HandlerReport, Report } from '../../core/report/report.ts';
import { entriesWithoutRow, isNamed, otherServed, servingOwner } from '../../core/report/served.ts';
import { formatDuration } from '../../core/text/duration.ts';
import { visible } from '../../core/text/visible.ts';
import { problemLines, type View } from '../terminal/problem-text.ts';
import { plain } from '../terminal/style.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { cutEnd, shortenPath } from '../terminal/text.ts';
import { wrap } from '../terminal/wrap.ts';
import { leftOutLines } from './left-out.ts';
import { isLook, isToldByLine, isUnregistered, unnamedLines, unregisteredLines } from './looked.ts';
import { otherEntryLines, wrongLines } from './other-entries.ts';
import { roughly } from './roughly.ts';
import { unservedLines } from './unserved.ts';

/** A report for people: handlers, problems with their remedies, and the sentence that sums it up. */
export function reportTable(report: Report, view: View = { columns: null, style: plain }): string {
  const { head, rows, notes, others, problems, summary } = reportParts(report, view);
  const blocks = [[head, ...rows, ...notes], others, ...problems, [summary]].filter((one) => one.length > 0);
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The same in parts, for a window that cannot hold all of it. */
export interface ReportParts {
  readonly head: string;
  /** One for each handler. */
  readonly rows: readonly string[];
  /** Why handlers are not as they should be, and what was left out. */
  readonly notes: readonly string[];
  /** Entries that no row speaks of: a table of its own, its head first; empty where there are none. */
  readonly others: readonly string[];
  /** One block for each kind. */
  readonly problems: readonly (readonly string[])[];
  readonly summary: string;
}

/** Draws up the parts; times are told as of `now` (Unix ms). */
export function reportParts(report: Report, view: View, now = Date.now()): ReportParts {
  const served = otherServed(report);
  const named = served.filter((row) => isNamed(row.key));
  const handlers = [...report.handlers.filter((h) => !isUnregistered(report, h)), ...named];
  const width = view.columns ?? Number.POSITIVE_INFINITY;
  const [head = '', ...rows] =
    handlers.length === 0
      ? [nothingServed(report)]
      : tableLines(columnsOf(handlers, report, view, now), view.columns);
  const reasons = grouped(
    handlers.filter((h) => h.why !== '' && h.state !== 'foreign-ok' && (h.probe !== null || isOff(h))),
    (h) => h.why,
    (h) => h.name,
  );
  const problems = report.problems.filter((p) => !isToldByLine(report, p));
  const others = entriesWithoutRow(report.entries, [...report.handlers, ...served]);
  const told = report.entries.filter((one) => !others.includes(one));
  const codes = [...new Set(problems.map((p) => p.code))];
  return {
    head: view.style.strong(head),
    rows,
    notes: [
      ...reasons.flatMap(([why, names]) => wrap(`${names}: ${why}`, width, '', '  ')),
      ...wrongLines(told, problems, view),
      ...unregisteredLines(report, view, width),
      ...unnamedLines(served, view, width),
      ...leftOutLines(withoutServed(report.leftOut, served), width),
      ...unservedLines(report, width, now),
      ...(report.lasting?.lasts === true
        ? wrap(`the entries outlive this process: ${whyLasting(report.lasting)}`, width, '', '  ')
        : []),
    ],
    others: otherEntryLines(others, problems, view),
    problems: codes.map((code) =>
      problemLines(
        problems.filter((p) => p.code === code),
        view,
      ),
    ),
    summary: summaryOf(report, view, now, width),
  };
}

function columnsOf(
  handlers: readonly HandlerReport[],
  report: Report,
  { style }: View,
  now: number,
): readonly Column[] {
  const lost = ({ lostAt }: HandlerReport): string =>
    lostAt === null ? '-' : `${roughly(now - lostAt)} ago`;
  const paint = (cell: string, row: number): string => {
    const state = handlers[row]?.state;
    if (state === 'ok' || state === 'foreign-ok') return style.good(cell);
    return state === 'missing' || state === 'disabled' || state === 'shadowed'
      ? style.bad(cell)
      : style.middling(cell);
  };
  const of = (tell: (handler: HandlerReport) => string): readonly string[] => handlers.map(tell);
  return [
    { head: 'PLATFORM', rank: 0, cells: of((h) => h.platforms[0] ?? h.key) },
    { head: 'STATE', rank: 0, cells: of((h) => h.state), paint },
    { head: 'FLAGS', rank: 7, cells: of((h) => h.flags || '-') },
    { head: 'VERSION', rank: 4, cells: of((h) => h.version ?? '-') },
    { head: 'OWNER', rank: 5, cells: of((h) => servingOwner(h, report.entries)) },
    { head: 'PROBE', rank: 1, cells: of((h) => probeCell(h, now)) },
    ...(handlers.some((h) => isTelling(h, report))
      ? [{ head: 'CONTAINERS', rank: 1, cells: of((h) => containersCell(h, now)) }]
      : []),
    ...(report.daemon !== null || handlers.some((h) => h.heals > 0 || h.lostAt !== null)
      ? [
          { head: 'HEALS', rank: 2, cells: of((h) => String(h.heals)) },
          { head: 'LOST', rank: 3, cells: of(lost) },
        ]
      : []),
    { head: 'INTERPRETER', rank: 6, cells: of((h) => h.interpreter), least: 14, fit: shortenPath },
  ];
}

/** Whether somebody switched off what others registered: no problem tells of that. */
function isOff({ state, owner }: HandlerReport): boolean {
  return state === 'disabled' && owner === 'foreign';
}

/** Without a daemon nothing is lost where nothing was registered. */
function nothingServed(report: Report): string {
  return isLook(report) && report.handlers.length > 0 ? 'no platform is registered' : 'no handlers';
}

function withoutServed(leftOut: Report['leftOut'], served: readonly HandlerReport[]): Report['leftOut'] {
  return leftOut.filter((row) => !served.some((one) => one.key === row.target));
}

function probeCell({ probe }: HandlerReport, now: number): string {
  return probe === null ? '-' : `${probe.verdict} ${roughly(now - probe.at)} ago`;
}

/** Without SELinux and witnesses the column would say the same of all. */
function isTelling({ containers, probe, owner, required }: HandlerReport, report: Report): boolean {
  if (containers.at !== null) return true;
  // What others registered is judged where a daemon wants it.
  const judged = owner === 'keeper' || (required && !isLook(report));
  return probe !== null && containers.verdict !== 'may' && judged;
}

function containersCell({ containers: { verdict, at } }: HandlerReport, now: number): string {
  if (verdict === 'verified' && at !== null) return `verified ${roughly(now - at)} ago`;
  return verdict === 'may-not' ? 'may not' : verdict;
}

/** Where it is too long, the figures are cut: whether all is ready comes last and matters most. */
function summaryOf(report: Report, { style }: View, now: number, width: number): string {
  const { paused } = report;
  const ready = report.ready ? 'ready' : 'not ready';
  const still =
    paused === null
      ? ''
      : `; paused ${paused.until === null ? 'until resumed' : `for another ${rounded(paused.until - now)}`}`;
  const figures = cutEnd(report.summary, width - ready.length - still.length - 2);
  if (figures === '') return cutEnd(`${ready}${still}`, width);
  const judged = report.ready ? style.good(ready) : style.bad(ready);
  return `${figures}; ${judged}${still === '' ? '' : style.middling(still)}`;
}

function rounded(ms: number): string {
  return formatDuration(Math.max(0, Math.ceil(ms / 1000) * 1000));
}

/** What is said of several at once: the sentence and the names it is true of. */
function grouped<T>(
  items: readonly T[],
  why: (item: T) => string,
  name: (item: T) => string,
): readonly (readonly [why: string, names: string])[] {
  const groups = new Map<string, string[]>();
  for (const item of items) groups.set(why(item), [...(groups.get(why(item)) ?? []), visible(name(item))]);
  return [...groups].map(([sentence, names]) => [visible(sentence), names.join(', ')]);
}
