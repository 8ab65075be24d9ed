import { type ProblemKind, problemCatalogue } from '../../core/problems.ts';
import { remediesOf } from '../../core/report/remedy.ts';
import type { ReportedProblem } from '../../core/report/report.ts';
import type { Here } from '../../core/text/typed.ts';
import { visible } from '../../core/text/visible.ts';
import type { Style } from './style.ts';
import { wrap } from './wrap.ts';

/** Where text for people appears. */
export interface View {
  /** Width of the terminal; null for a file or pipe, where lines stay whole. */
  readonly columns: number | null;
  readonly style: Style;
  /** Where it is read; the usual by default. */
  readonly here?: Here;
}

/** Problems of one code as people see them: code and title, what exactly, what to do. */
export function problemLines(problems: readonly ReportedProblem[], view: View): readonly string[] {
  const [first] = problems;
  if (first === undefined) return [];
  const { columns, style } = view;
  const width = columns ?? Number.POSITIVE_INFINITY;
  const paint = { error: style.bad, warning: style.middling, notice: style.faint }[first.severity];
  const [head = '', ...more] = wrap(`${first.severity} ${first.code}: ${first.title}`, width, '', '  ');
  const start = `${first.severity} ${first.code}:`;
  const title = head.startsWith(start) ? `${paint(start)}${head.slice(start.length)}` : head;
  const shown = columns === null ? problems : problems.slice(0, mostDetails);
  const left = problems.length - shown.length;
  return [
    title,
    ...more,
    ...shown.flatMap((p) => wrap(detailOf(p), width, '  ', '    ')),
    ...(left === 0 ? [] : [`  … ${left} more`]),
    ...remediesHere(shown, view).flatMap((remedy) => wrap(`→ ${remedy}`, width, '  ', '    ')),
  ];
}

/**
 * Of problems of one code what can be typed here, not where the report was made; a later version may know problems that this one
 * does not, and an earlier one gave no values.
 */
export function remediesHere(problems: readonly ReportedProblem[], { here }: View): readonly string[] {
  const [first] = problems;
  const known: ProblemKind | undefined = first && problemCatalogue[first.code];
  const told = [...new Set(problems.map((p) => p.remedy))];
  const own =
    known !== undefined &&
    (told.length > 1 || /\{(keeper|restart|set )|\[(host|relabel):/.test(known.remedy));
  return own &&
    problems.every((p) => p.values !== undefined || known.about !== undefined || told.length === 1)
    ? remediesOf(problems, here)
    : told;
}

function detailOf({ subject, detail }: ReportedProblem): string {
  return subject === '' ? visible(detail) : `${visible(subject)}: ${visible(detail)}`;
}

/** Problems of one code follow from one cause mostly: a screen of them hides the others. */
const mostDetails = 6;
