import { lacksEmulator, type Problem } from '../../core/problems.ts';
import type { HandlerReport, Report } from '../../core/report/report.ts';
import { isNamed } from '../../core/report/served.ts';
import { visible } from '../../core/text/visible.ts';
import type { View } from '../terminal/problem-text.ts';
import { remediesHere } from '../terminal/problem-text.ts';
import { wrap } from '../terminal/wrap.ts';

/** Whether a row says no more than that nobody registered it: without a daemon that is no loss. */
export function isUnregistered(report: Report, { key, state }: HandlerReport): boolean {
  return (
    isLook(report) &&
    state === 'missing' &&
    report.problems.some(
      (p) => p.subject === key && (aboutUnregistered.has(p.code) || lacksEmulator.has(p.code)),
    )
  );
}

/** Whether it is of one who looked, and neither keeps nor registers anything: who does has figures of its process. */
export function isLook({ daemon, totals }: Report): boolean {
  return daemon === null && totals.process === null;
}

/** Problems that the one line of what is not registered tells. */
export function isToldByLine(report: Report, { code }: Pick<Problem, 'code'>): boolean {
  return isLook(report) && aboutUnregistered.has(code);
}

const aboutUnregistered: ReadonlySet<string> = new Set(['not-registered', 'source-missing']);

/** What is not registered at all, one line for each remedy. */
export function unregisteredLines(report: Report, view: View, width: number): readonly string[] {
  return [...aboutUnregistered].flatMap((code) => {
    const problems = report.problems.filter((p) => p.code === code && isToldByLine(report, p));
    const [first] = problems;
    if (first === undefined) return [];
    const names = problems.map(({ subject }) => nameOf(subject, report));
    const what = code === 'not-registered' ? 'not registered' : 'not registered, and no emulator here';
    const remedy = remediesHere(problems, view).join(' ');
    return wrap(`${what}: ${names.join(', ')} → ${remedy}`, width, '', '  ');
  });
}

/** Architectures that are served and have no OCI name: a container engine cannot ask for them. */
export function unnamedLines(
  rows: readonly HandlerReport[],
  { here }: View,
  width: number,
): readonly string[] {
  const unnamed = rows.filter((row) => !isNamed(row.key));
  if (unnamed.length === 0) return [];
  const names = unnamed.map((row) => visible(row.key)).join(', ');
  const command = `${here?.command ?? 'binfmt-keeper'} status all`;
  return wrap(`also served, without an OCI name: ${names} (${command} shows them)`, width, '', '  ');
}

function nameOf(subject: string, { handlers }: Report): string {
  const row = handlers.find((h) => h.key === subject);
  return visible(row?.platforms[0] ?? subject);
}
