import type { Report } from '../../core/report/report.ts';
import type { View } from '../terminal/problem-text.ts';
import { cutEnd } from '../terminal/text.ts';
import { reportParts } from './report-table.ts';
import { roughly } from './roughly.ts';

/** What of a report that is longer than the window is seen. */
export interface Frame {
  readonly lines: readonly string[];
  /** How far it is scrolled, not beyond the end. */
  readonly from: number;
  /** How many lines scroll at once. */
  readonly page: number;
}

/** The lines of one picture of a report, not more than `rows`: what does not fit is counted. */
export function frameOf(
  report: Report,
  view: View & { readonly rows: number },
  now = Date.now(),
): readonly string[] {
  return scrolledFrame(report, view, 0, now).lines;
}

/** The same, scrolled by so many lines; not scrolled at all it is a summary, in which problems have their part. */
export function scrolledFrame(
  report: Report,
  view: View & { readonly rows: number },
  wanted: number,
  now = Date.now(),
): Frame {
  const { head, rows, notes, others, problems, summary } = reportParts(report, view, now);
  const rest = [
    ...notes,
    ...(others.length === 0 ? [] : ['', ...others]),
    ...problems.flatMap((block) => ['', ...block]),
  ];
  const body = [...rows, ...rest];
  const room = Math.max(0, view.rows - 5);
  const from = Math.min(wanted, Math.max(0, body.length - room));
  const shown = from > 0 ? body.slice(from, from + room) : overview(rows, rest, room);
  const place =
    body.length <= room ? '' : from > 0 ? `   ${from + 1}-${from + shown.length} of ${body.length}` : '';
  const title = `${titleOf(report, now)}${place}${body.length > room ? '   ↑↓ scroll' : ''}   q quits`;
  return {
    lines: [
      view.style.faint(cutEnd(title, view.columns ?? Number.POSITIVE_INFINITY)),
      '',
      head,
      ...shown,
      '',
      summary,
    ].slice(0, view.rows),
    from,
    page: Math.max(1, room - 1),
  };
}

/** Problems say what to do, so they keep half of the window; handlers take what problems leave. */
function overview(rows: readonly string[], rest: readonly string[], room: number): readonly string[] {
  const forRest = Math.min(rest.length, Math.max(Math.floor(room / 2), room - rows.length));
  return [...upTo(rows, room - forRest, 'more handlers'), ...upTo(rest, forRest, 'more lines')];
}

function titleOf({ version, daemon }: Report, now: number): string {
  const who = daemon === null ? 'no daemon runs' : `daemon ${daemon.pid} for ${roughly(now - daemon.since)}`;
  return `binfmt-keeper ${version}   ${who}   ${new Date(now).toTimeString().slice(0, 8)}`;
}

function upTo(lines: readonly string[], most: number, what: string): readonly string[] {
  if (lines.length <= most) return lines;
  if (most <= 0) return [];
  return [...lines.slice(0, most - 1), `… ${lines.length - most + 1} ${what}`];
}
