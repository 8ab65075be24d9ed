import { type LeftOutKind, leftOutKinds } from '../platforms/select.ts';
import type { HandlerReport, Report } from '../report/report.ts';
import { servingOwner } from '../report/served.ts';
import { lasted } from '../text/duration.ts';
import { html, type IconName, icon, identifier, literal, type Markup, trusted } from './html.ts';
import { moment } from './time.ts';

/** All handlers: platforms, those that need somebody first, and then what no probe can prove. */
export function platformsSection(report: Report): Markup {
  const { handlers } = report;
  const rank = (h: HandlerReport): number => tones.indexOf(toneOf(h)) * 2 + (h.required ? 0 : 1);
  const platforms = handlers.filter((h) => h.platforms.length > 0).toSorted((a, b) => rank(a) - rank(b));
  const others = handlers.filter((h) => h.platforms.length === 0);
  const rows = [
    html`<tbody id="rows-platforms" role="rowgroup">${platforms.map((h) => rowOf(h, report))}</tbody>`,
    ...(others.length === 0
      ? []
      : [
          html`<tbody id="rows-others" role="rowgroup">
            <tr id="rows-others-h" role="row" class="group"><th colspan="${columns.length}" role="rowheader" scope="rowgroup">Without a platform: own handlers, and entries kept for others. No program can prove these.</th></tr>
            ${others.map((h) => rowOf(h, report))}
          </tbody>`,
        ]),
  ];
  return html`<section id="platforms" aria-labelledby="platforms-h">
    <h2 id="platforms-h">Platforms <span class="count">${handlers.length}</span></h2>
    ${
      handlers.length === 0
        ? html`<p class="none">No handlers.</p>`
        : html`<table role="table" aria-labelledby="platforms-h">
          <thead role="rowgroup"><tr role="row">${columns.map((c) => html`<th role="columnheader" scope="col">${c}</th>`)}</tr></thead>
          ${rows}
        </table>
        <p class="legend">Flags: <b>P</b> keeps argv[0], <b>O</b> and <b>C</b> keep what sudo needs, <b>F</b> works in every container.</p>`
    }
    ${leftOut(report)}
  </section>`;
}

const columns = ['Platform', 'State', 'Last probe', 'Losses', 'Flags', 'Interpreter', 'Owner'] as const;

/** What a state is to somebody who looks for trouble, the worst first. */
const tones = ['bad', 'warn', 'wait', 'ok', 'idle'] as const satisfies readonly IconName[];

function toneOf(handler: HandlerReport): (typeof tones)[number] {
  const { state, probe, platforms } = handler;
  if (state === 'ok' || state === 'foreign-ok') return 'ok';
  if (state === 'drifted' || state === 'stale') return 'warn';
  if (state !== 'unverified') return 'bad';
  if (platforms.length === 0) return 'idle';
  return probe === null ? 'wait' : 'bad';
}

function rowOf(handler: HandlerReport, { at: now, entries }: Report): Markup {
  const { key, name, state, why, probe, containers, flags, heals, lostAt, unavailableMs, required } = handler;
  const [first, ...more] = handler.platforms;
  const tone = toneOf(handler);
  const cells = [
    html`<span class="state ${tone}">${icon(tone)}${state}</span>${why === '' ? null : html`<small>${why}</small>`}`,
    probe === null
      ? html`<span class="none">none</span>`
      : html`<bdi>${probe.verdict}</bdi> ${moment(probe.at, now)}<small>took ${lasted(probe.tookMs)}${
          probe.verdict === 'verified' || probe.detail === '' ? null : html`; ${probe.detail}`
        }</small>${containersOf(containers, now)}`,
    html`${lostAt === null ? html`<span class="none">none</span>` : moment(lostAt, now)}${
      heals === 0 && unavailableMs === 0
        ? null
        : html`<small>${heals} ${heals === 1 ? 'heal' : 'heals'}, ${lasted(unavailableMs)} without service</small>`
    }`,
    flags === '' ? html`<span class="none">none</span>` : html`<span class="m">${flags}</span>`,
    interpreterOf(handler),
    html`${servingOwner(handler, entries)}`,
  ];
  return html`<tr id="${identifier('h', name)}" role="row" class="${tone}">
    <th role="rowheader" scope="row">${first === undefined ? literal(key) : html`<bdi>${first}</bdi>`}
      ${more.length === 0 ? null : html`<small>${more.join(', ')}</small>`}
      ${first === undefined && name === key ? null : html`<small>${literal(name)}${required || first === undefined ? null : html` not required`}</small>`}</th>
    ${cells.map((cell, i) => html`<td role="cell" data-label="${columns[i + 1] ?? ''}"><div>${cell}</div></td>`)}
  </tr>`;
}

/** Without SELinux and witnesses there is nothing to tell. */
function containersOf({ verdict, detail, at }: HandlerReport['containers'], now: number): Markup | null {
  if (at === null && verdict === 'may') return null;
  const words = verdict === 'verified' ? 'verified for containers' : `for containers: ${verdict}`;
  return html`<small>${words}${at === null ? null : html` ${moment(at, now)}`}; ${detail}</small>`;
}

function interpreterOf({ interpreter, version }: HandlerReport): Markup {
  const path =
    interpreter === '' ? html`<span class="none">none</span>` : html`<small>${pathOf(interpreter)}</small>`;
  return version === null ? path : html`${version}${path}`;
}

/** A path that is broken behind its slashes where it must be. */
function pathOf(path: string): Markup {
  const parts = path.split(/(?<=\/)/);
  return html`<bdi class="m">${parts.map((part, i) => html`${i === 0 ? null : trusted('<wbr>')}${part}`)}</bdi>`;
}

/** How many of each kind. */
function leftOutWords(rows: Report['leftOut']): string {
  const kinds = leftOutKinds.map((kind) => [kind, rows.filter((row) => row.kind === kind).length] as const);
  return kinds
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kindWords[kind]}`)
    .join(', ');
}

const kindWords: Readonly<Record<LeftOutKind, string>> = {
  native: 'run here without emulation',
  unnamed: 'without an OCI name',
  unusable: 'that no entry can match',
  'no-emulator': 'without an emulator here',
  uninstalled: 'by request',
  'not-kept': 'not kept',
};

/** Targets that were not wanted or cannot be served, by reason. */
function leftOut({ leftOut: rows }: Report): Markup | null {
  if (rows.length === 0) return null;
  const reasons = [...new Set(rows.map((r) => r.why))];
  return html`<details id="left-out"><summary>${rows.length} left out: ${leftOutWords(rows)}</summary><dl class="pairs">${reasons.map(
    (why) =>
      html`<div><dt>${why}</dt><dd>${rows.filter((r) => r.why === why).map((r) => html`${literal(r.target)} `)}</dd></div>`,
  )}</dl></details>`;
}
