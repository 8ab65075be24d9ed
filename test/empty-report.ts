import { composeReport, type Report, type ReportFacts } from '../src/core/report/report.ts';
import { noTotals } from '../src/core/report/totals.ts';

/** The report of one who has nothing to tell, but for what is given. */
export function emptyReport(given: Partial<ReportFacts> = {}): Report {
  return composeReport({
    version: '0',
    at: 0,
    daemon: null,
    paused: null,
    handlers: [],
    leftOut: [],
    native: ['x86_64'],
    problems: [],
    mounts: { main: 'binfmt', anchor: 'binfmt' },
    instance: { enabled: true, foreign: 0 },
    entries: [],
    emulated: null,
    totals: noTotals,
    heals: { total: 0, recent: [] },
    ...given,
  });
}
