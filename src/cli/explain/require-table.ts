import type { Wanted } from '../../core/require/wanted.ts';
import { visible } from '../../core/text/visible.ts';
import type { Style } from '../terminal/style.ts';
import { tableLines } from '../terminal/table.ts';
import { shortenPath } from '../terminal/text.ts';
import { whyText } from './misfit-text.ts';
import type { Checked } from './require-path.ts';

/** A table of what does not fit for each place, and a sentence for it. */
export function requireTable(
  checked: readonly Checked[],
  wanted: readonly Wanted[],
  view: { readonly columns: number | null; readonly style: Style },
): string {
  const name = wanted.map((one) => one.name).join(' or ');
  return checked
    .map((one) => blockOf(one, name, view).join('\n'))
    .join('\n\n')
    .concat('\n');
}

function blockOf(
  one: Checked,
  wanted: string,
  view: { readonly columns: number | null; readonly style: Style },
): readonly string[] {
  const { misfits } = one;
  const placed = misfits.some((misfit) => misfit.placed !== null);
  const columns = [
    { head: 'FILE', cells: misfits.map(({ path }) => path || '.'), rank: 0, least: 20, fit: shortenPath },
    ...(placed ? [{ head: 'PLACED AS', cells: misfits.map((misfit) => misfit.placed ?? ''), rank: 1 }] : []),
    { head: 'IS', cells: misfits.map(({ what }) => what), rank: 1 },
    { head: 'WHY NOT', cells: misfits.map(({ told }) => whyText(told)), rank: 2 },
  ];
  const table = misfits.length === 0 ? [] : tableLines(columns, view.columns);
  const more = one.moreMisfits === 0 ? [] : [`and ${one.moreMisfits} more`];
  const [head, ...rows] = table;
  return [
    ...(head === undefined ? [] : [view.style.strong(head)]),
    ...rows,
    ...more,
    sentenceOf(one, wanted),
  ];
}

function sentenceOf(one: Checked, wanted: string): string {
  const names =
    one.image === null
      ? ''
      : ` (${[...one.image.names, one.image.platform ?? 'no platform named'].map(visible).join(', ')})`;
  const of = `${visible(one.path)}${names}`;
  if (one.fault !== null) return `${of}: ${visible(one.fault.message)}`;
  const wrong = one.misfits.length + one.moreMisfits;
  const all = `${one.programs} ${one.programs === 1 ? 'program' : 'programs'} looked at`;
  const libraries =
    one.otherLibraries === 0 ? '' : `; ${one.otherLibraries} libraries of other platforms were passed over`;
  if (wrong === 0) return `${of}: ${all}, all for ${wanted}${libraries}`;
  return `${of}: ${wrong} ${wrong === 1 ? 'file does' : 'files do'} not fit ${wanted}; ${all}${libraries}`;
}
