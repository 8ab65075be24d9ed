import type { EntryReport } from '../../core/entries/entry-report.ts';
import { ownerNames } from '../../core/entries/owner-names.ts';
import type { Problem } from '../../core/problems.ts';
import { commandsOf, remedyOf } from '../../core/report/remedy.ts';
import { visible } from '../../core/text/visible.ts';
import type { View } from '../terminal/problem-text.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { shortenPath } from '../terminal/text.ts';
import { wrap } from '../terminal/wrap.ts';

/** The second table: entries that no row of a platform speaks of. Empty where there are none. */
export function otherEntryLines(
  entries: readonly EntryReport[],
  problems: readonly Problem[],
  view: View,
): readonly string[] {
  if (entries.length === 0) return [];
  const [head = '', ...rows] = tableLines(columnsOf(entries, view), view.columns);
  return [view.style.strong(head), ...rows, ...wrongLines(entries, problems, view)];
}

/** What is wrong with entries; what is a problem too is told among those, with its remedy. */
export function wrongLines(
  entries: readonly EntryReport[],
  problems: readonly Problem[],
  { columns, here }: View,
): readonly string[] {
  const isTold = (p: Problem): boolean =>
    problems.some((other) => other.code === p.code && other.subject === p.subject);
  const width = columns ?? Number.POSITIVE_INFINITY;
  const given = new Set<string>();
  return entries.flatMap(({ name, wrong }) =>
    wrong
      // That ours stands in front is what ours is for.
      .filter((p) => p.code !== 'entry-covered' && !isTold(p))
      .flatMap((problem) => {
        const { code, detail } = problem;
        const what = wrap(visible(`${name}: ${code}: ${detail}`), width, '', '  ');
        // Whoever stands in front and whoever stands behind have the same way out.
        const commands = commandsOf(problem, here).filter((line) => !given.has(line));
        for (const line of commands) given.add(line);
        if (commands.length === 0) return what;
        return [...what, ...wrap(`→ ${remedyOf(problem, here)}`, width, '  ', '    ')];
      }),
  );
}

function columnsOf(entries: readonly EntryReport[], { style }: View): readonly Column[] {
  const of = (tell: (entry: EntryReport) => string): readonly string[] => entries.map(tell);
  const paint = (cell: string, row: number): string => {
    const state = entries[row]?.state;
    return state === 'ok' ? style.good(cell) : state === 'broken' ? style.bad(cell) : style.middling(cell);
  };
  return [
    { head: 'OTHER ENTRY', rank: 0, cells: of((e) => e.name) },
    { head: 'STATE', rank: 1, cells: of(stateOf), paint },
    { head: 'MATCHES', rank: 2, cells: of(matchesOf), least: 10 },
    { head: 'FLAGS', rank: 4, cells: of((e) => e.flags || '-') },
    { head: 'OWNER', rank: 3, cells: of((e) => ownerNames[e.owner.kind]) },
    { head: 'WRONG', rank: 1, cells: of((e) => e.wrong.map((p) => p.code).join(', ') || '-') },
    { head: 'INTERPRETER', rank: 5, cells: of((e) => e.interpreter), least: 14, fit: shortenPath },
  ];
}

/** Nobody has a program for it: that is no fault of the entry. */
function stateOf({ state, platforms, serves }: EntryReport): string {
  if (state !== 'unverified') return state;
  // Others stand in front of it.
  return platforms.length === 0 ? 'registered' : serves.length === 0 ? 'behind' : state;
}

/** A platform's name says more than its bytes, and so does the machine of an ELF header that no platform has. */
function matchesOf({ platforms, matches }: EntryReport): string {
  if (platforms.length > 3) return `${platforms.length} platforms`;
  if (platforms.length > 0) return platforms.join(', ');
  const [, order, low = '', high = ''] = /^7f454c46..(..).{24}(..)(..)/.exec(matches) ?? [];
  if (order !== undefined)
    return `ELF, machine ${Number.parseInt(order === '01' ? high + low : low + high, 16)}`;
  return matches.replace(/([0-9a-f]{24})[0-9a-f]{12,}/g, '$1…');
}
