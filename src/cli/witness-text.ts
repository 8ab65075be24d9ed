import { architectureOf } from '../core/catalogue.ts';
import { escapeControls } from '../core/escape.ts';
import { version } from '../core/version.ts';
import { witnessed } from '../core/witness.ts';
import type { Context } from './context.ts';
import { render } from './print.ts';
import { tableLines } from './table.ts';
import type { Round } from './witness-round.ts';

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
