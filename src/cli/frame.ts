import type { Report } from '../core/report.ts';
import type { View } from './problem-text.ts';
import { reportParts, roughly } from './report-table.ts';
import { cutEnd } from './text.ts';

/** The lines of one picture of a report, not more than `rows`: what does not fit is counted. */
export function frameOf(report: Report, view: View & { readonly rows: number }, now = Date.now()): string[] {
  const { head, rows, notes, problems, summary } = reportParts(report, view, now);
  const rest = [...notes, ...problems.flatMap((block) => ['', ...block])];
  const room = Math.max(0, view.rows - 5);
  // Problems say what to do, so they keep half of the window; handlers take what problems leave.
  const forRest = Math.min(rest.length, Math.max(Math.floor(room / 2), room - rows.length));
  return [
    view.style.faint(cutEnd(titleOf(report, now), view.columns ?? Number.POSITIVE_INFINITY)),
    '',
    head,
    ...upTo(rows, room - forRest, 'more handlers'),
    ...upTo(rest, forRest, 'more lines'),
    '',
    summary,
  ].slice(0, view.rows);
}

function titleOf({ version, daemon }: Report, now: number): string {
  const who = daemon === null ? 'no daemon runs' : `daemon ${daemon.pid} for ${roughly(now - daemon.since)}`;
  return `binfmt-keeper ${version}   ${who}   ${new Date(now).toTimeString().slice(0, 8)}   q quits`;
}

function upTo(lines: readonly string[], most: number, what: string): readonly string[] {
  if (lines.length <= most) return lines;
  if (most <= 0) return [];
  return [...lines.slice(0, most - 1), `… ${lines.length - most + 1} ${what}`];
}
