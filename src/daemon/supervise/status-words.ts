import { isEmptied, provenHandlers, type Report } from '../../core/report/report.ts';

const hourMs = 3_600_000;

/** How things stand as one line for the supervisor's own status: what is proven, what was healed, what is wrong. */
export function statusWords(report: Report): string {
  const proven = provenHandlers(report);
  const required = report.handlers.filter((h) => h.required);
  const failed = required.filter((h) => !proven.includes(h)).map((h) => h.platforms[0] ?? h.name);
  const healed = report.heals.recent.filter((heal) => report.at - heal.at < hourMs).length;
  // The report has the last heals only: where all of them are that young there were more.
  const more = healed === report.heals.recent.length && healed < report.heals.total ? 'at least ' : '';
  const worst =
    report.problems.find((p) => p.code === 'dangerous-entry') ??
    report.problems.find((p) => p.severity === 'error');
  return [
    report.paused === null ? null : 'paused',
    isEmptied(report) ? 'everything was uninstalled by request' : null,
    `${proven.length} ${proven.length === 1 ? 'handler' : 'handlers'} verified`,
    failed.length === 0 ? null : `not working: ${some(failed)}`,
    healed === 0 ? null : `${more}${healed} healed in the last hour`,
    worst === undefined ? null : `${worst.title} (${worst.subject})`,
  ]
    .filter((part) => part !== null)
    .join(', ')
    .replaceAll(/\p{Cc}/gu, '?');
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(' ') : `${names.slice(0, 3).join(' ')} and ${names.length - 3} more`;
}
