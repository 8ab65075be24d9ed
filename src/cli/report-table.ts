import type { HandlerReport, Report } from '../core/report.ts';
import { columns, visible } from './print.ts';

/** A report for people: handlers, problems with their remedies, and the sentence that sums it up. */
export function reportTable(report: Report, now = Date.now()): string {
  const head = ['PLATFORM', 'STATE', 'FLAGS', 'VERSION', 'OWNER', 'PROBE', 'HEALS', 'INTERPRETER'];
  const rows = report.handlers.map((h) => [
    h.platforms[0] ?? h.key,
    h.state,
    h.flags || '-',
    h.version ?? '-',
    h.owner,
    probeCell(h, now),
    String(h.heals),
    h.interpreter,
  ]);
  const table = rows.length === 0 ? 'no handlers\n' : columns(head, rows);
  const reasons = report.handlers
    .filter((h) => h.why !== '' && h.probe !== null && h.state !== 'foreign-ok')
    .map((h) => `${h.name}: ${visible(h.why)}\n`);
  const problems = report.problems.map(
    (p) =>
      `\n${p.severity} ${p.code}: ${p.title} (${visible(p.subject)}: ${visible(p.detail)})\n  ${p.remedy}\n`,
  );
  const out = report.leftOut.map((l) => `left out ${l.target}: ${l.why}\n`);
  return `${table}${reasons.join('')}${out.length > 0 ? `\n${out.join('')}` : ''}${problems.join('')}\n${report.summary}; ${report.ready ? 'ready' : 'not ready'}\n`;
}

function probeCell(handler: HandlerReport, now: number): string {
  if (handler.probe === null) return '-';
  const age = Math.max(0, Math.round((now - handler.probe.at) / 1000));
  return `${handler.probe.verdict} ${age < 120 ? `${age}s` : `${Math.round(age / 60)}m`} ago`;
}
