import { architectureOf } from '../../core/platforms/catalogue.ts';
import { escapeControls } from '../../core/text/escape.ts';
import { version } from '../../core/version.ts';
import { witnessed } from '../../core/witness/witness.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { tableLines } from '../terminal/table.ts';
import type { Round } from './round.ts';

/** What a round found: a line for each platform, or data for programs; `compact` for one line of JSON among others. */
export function roundText(round: Round, { format, columns }: Context, compact: boolean): string {
  const platforms = round.found.map(({ target, verdict, detail }) => ({
    target,
    platforms: architectureOf(target)?.platforms ?? [],
    verdict,
    detail,
  }));
  const data = {
    ...{ schema: 1, version, at: Date.now(), verdict: witnessed(round.found) },
    ...{ from: round.from, place: round.place, platforms },
  };
  if (compact && format === 'json') return `${escapeControls(JSON.stringify(data))}\n`;
  return render(data, format, () => {
    const of = (tell: (row: (typeof platforms)[number]) => string): readonly string[] => platforms.map(tell);
    const lines = tableLines(
      [
        { head: '', rank: 0, cells: of((p) => p.platforms[0] ?? p.target) },
        { head: '', rank: 0, cells: of((p) => p.verdict) },
        { head: '', rank: 0, cells: of((p) => p.detail) },
      ],
      columns,
    );
    return lines
      .slice(1)
      .map((line) => `${line}\n`)
      .join('');
  });
}
