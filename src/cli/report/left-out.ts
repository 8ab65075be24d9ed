import type { Report } from '../../core/report/report.ts';
import { visible } from '../../core/text/visible.ts';
import { cutEnd } from '../terminal/text.ts';
import { wrap } from '../terminal/wrap.ts';

/**
 * Why architectures have no handler, in few lines: whole families of them are counted or named together, and programs
 * find each one's reason in the report.
 */
export function leftOutLines(leftOut: Report['leftOut'], width: number): readonly string[] {
  const of = (kind: Report['leftOut'][number]['kind']) => leftOut.filter((row) => row.kind === kind);
  const unnamed = of('unnamed');
  if (unnamed.length > 0) {
    const others = leftOut.filter((row) => !sums.has(row.kind));
    return [
      ...reasons(others, width),
      ...wrap(
        `left out: ${[...nativeWords(of('native')), unnamedWords(unnamed)].join(', ')}`,
        width,
        '',
        '  ',
      ),
    ];
  }
  const lacking = of('no-emulator');
  if (lacking.length < 2) return reasons(leftOut, width);
  const names = lacking.map(({ target }) => visible(target)).join(', ');
  return [
    ...reasons(
      leftOut.filter((row) => !lacking.includes(row)),
      width,
    ),
    cutEnd(`${lacking.length} architectures left out: no emulator for ${names}`, width),
  ];
}

/** What the one line of `auto` speaks of, or is as well silent about: nobody asked for those. */
const sums: ReadonlySet<string> = new Set(['native', 'unnamed', 'unusable']);

function nativeWords(native: Report['leftOut']): readonly string[] {
  return native.length === 0 ? [] : [`${native.map((row) => visible(row.target)).join(', ')} (native)`];
}

function unnamedWords(unnamed: Report['leftOut']): string {
  if (unnamed.length > 3)
    return `${unnamed.length} architectures without an OCI name (--platforms all keeps them)`;
  return `${unnamed.map((row) => visible(row.target)).join(', ')} (no OCI name; --platforms all keeps it)`;
}

function reasons(rows: Report['leftOut'], width: number): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const { target, why } of rows) groups.set(why, [...(groups.get(why) ?? []), visible(target)]);
  return [...groups].flatMap(([why, targets]) =>
    wrap(`left out ${targets.join(', ')}: ${visible(why)}`, width, '', '  '),
  );
}
