import type { Diagnosis, Finding } from '../../core/doctor/diagnosis.ts';
import { problemLines, type View } from '../terminal/problem-text.ts';
import { wrap } from '../terminal/wrap.ts';

/** A diagnosis for people: each code once with all places, the remedy below; then what was not seen, and the sum. */
export function diagnosisText(diagnosis: Diagnosis, view: View): string {
  const { findings, unseen, summary, checks } = diagnosis;
  const width = view.columns ?? Number.POSITIVE_INFINITY;
  const codes = [...new Set(findings.map(({ code }) => code))];
  const blocks = codes.map((code) =>
    problemLines(
      findings.filter((f: Finding) => f.code === code),
      view,
    ),
  );
  const hidden =
    unseen.length === 0 ? [] : [['not seen:', ...unseen.flatMap((line) => wrap(line, width, '  ', '    '))]];
  const [first] = codes;
  const more =
    first === undefined ? '' : `; in full: ${view.here?.command ?? 'binfmt-keeper'} doctor ${first}`;
  return `${[...blocks, ...hidden, wrap(`${checks} checks: ${summary}${more}`, width, '', '  ')].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
