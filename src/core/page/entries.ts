import type { EntryReport } from '../entries/entry-report.ts';
import { ownerNames } from '../entries/owner-names.ts';
import type { Report } from '../report/report.ts';
import { entriesWithoutRow } from '../report/served.ts';
import { html, type IconName, icon, identifier, literal, type Markup } from './html.ts';

/** The second table: what others registered and no platform above speaks of. Nothing where there is nothing. */
export function entriesSection(report: Report): Markup | null {
  const entries = entriesWithoutRow(report.entries, report.handlers);
  if (entries.length === 0) return null;
  const more = entries.length - mostRows;
  return html`<section id="entries" aria-labelledby="entries-h">
    <h2 id="entries-h">Other entries <span class="count">${entries.length}</span></h2>
    <table role="table" aria-labelledby="entries-h">
      <thead role="rowgroup"><tr role="row">${columns.map((c) => html`<th role="columnheader" scope="col">${c}</th>`)}</tr></thead>
      <tbody id="rows-entries" role="rowgroup">${entries.slice(0, mostRows).map(rowOf)}</tbody>
    </table>
    ${more > 0 ? html`<p class="legend">${more} more: see <a href="status">status</a>.</p>` : null}
  </section>`;
}

/** The page is sent anew at each change. */
const mostRows = 60;

const columns = ['Entry', 'State', 'Matches', 'What is wrong', 'Flags', 'Interpreter', 'Owner'] as const;

const tones: Readonly<Record<EntryReport['state'], IconName>> = {
  ok: 'ok',
  unverified: 'idle',
  disabled: 'idle',
  broken: 'bad',
};

function rowOf(entry: EntryReport): Markup {
  const { name, state, platforms, matches, flags, interpreter, owner, wrong } = entry;
  const tone = tones[state];
  const none = html`<span class="none">none</span>`;
  const cells = [
    html`<span class="state ${tone}">${icon(tone)}${state}</span>`,
    platforms.length === 0 ? html`<span class="m">${matches}</span>` : html`${platforms.join(', ')}`,
    wrong.length === 0
      ? none
      : html`${wrong.map(({ code, detail }) => html`${code}<small>${detail}</small>`)}`,
    flags === '' ? none : html`<span class="m">${flags}</span>`,
    literal(interpreter),
    html`${ownerNames[owner.kind]}<small>${owner.detail}</small>`,
  ];
  return html`<tr id="${identifier('e', name)}" role="row" class="${tone}">
    <th role="rowheader" scope="row">${literal(name)}</th>
    ${cells.map((cell, i) => html`<td role="cell" data-label="${columns[i + 1] ?? ''}"><div>${cell}</div></td>`)}
  </tr>`;
}
