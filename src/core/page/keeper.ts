import { whyLasting } from '../report/lasting.ts';
import type { Report } from '../report/report.ts';
import { html, type IconName, icon, literal, type Markup } from './html.ts';
import { moment } from './time.ts';

/** What the keeper stands on: mounts, the instance, itself, its configuration. */
export function keeperSection(report: Report): Markup {
  const { mounts, instance, daemon, version, totals, at, lasting } = report;
  const { reload, process } = totals;
  const pairs: readonly (readonly [what: string, is: Markup])[] = [
    ['Main mount', mountWords(mounts.main)],
    ['Anchor', mountWords(mounts.anchor)],
    [
      'All entries',
      instance.enabled ? marked('ok', 'switched on') : marked('bad', 'switched off: 0 was written to status'),
    ],
    ['Entries of others', html`${instance.foreign}`],
    ['Flushes', html`${totals.flushes}`],
    ['Last good pass', totals.lastGoodPassAt === null ? html`none yet` : moment(totals.lastGoodPassAt, at)],
    [
      'Configuration',
      html`${reload.ok ? marked('ok', 'right') : marked('warn', 'faulty; the one before is in force')}${
        reload.goodAt === null ? null : html`, read ${moment(reload.goodAt, at)}`
      }`,
    ],
    [
      'Keeper',
      html`version <bdi>${version}</bdi>${daemon === null ? html`, not running` : html`, pid ${daemon.pid}`}`,
    ],
    ['Running since', daemon === null ? html`not running` : moment(daemon.since, at)],
    ...(process === null
      ? []
      : [
          [
            'Takes',
            html`${(process.residentBytes / 1e6).toFixed(1)} MB of memory, ${(process.cpuMs / 1000).toFixed(1)} s of processor`,
          ] as const,
        ]),
    ...(lasting === undefined
      ? []
      : [
          [
            'Entries outlive the keeper',
            lasting.lasts
              ? marked('ok', `yes: ${whyLasting(lasting)}`)
              : marked('warn', `no: ${lasting.why}`),
          ] as const,
        ]),
  ];
  return html`<section id="keeper" aria-labelledby="keeper-h">
    <h2 id="keeper-h">Keeper and mounts</h2>
    <dl class="pairs">${pairs.map(([what, is]) => html`<div><dt>${what}</dt><dd>${is}</dd></div>`)}</dl>
  </section>`;
}

/** What runs under emulation now, where that can be seen. */
export function emulatedSection({ emulated }: Report): Markup {
  const total = (emulated ?? []).reduce((sum, e) => sum + e.count, 0);
  return html`<section id="emulated" aria-labelledby="emulated-h">
    <h2 id="emulated-h">Processes under emulation${emulated === null ? null : html` <span class="count">${total}</span>`}</h2>
    ${
      emulated === null
        ? html`<p class="none">Not known: the processes of the host cannot be seen from here, or nobody has looked yet.</p>`
        : total === 0
          ? html`<p class="none">None now.</p>`
          : html`<dl class="pairs">${emulated
              .filter((e) => e.count > 0)
              .map((e) => html`<div><dt>${literal(e.platform)}</dt><dd>${e.count}</dd></div>`)}</dl>`
    }
  </section>`;
}

function mountWords(kind: string): Markup {
  const [mark, text] = mountKinds.get(kind) ?? (['idle', kind] as const);
  return marked(mark, text);
}

const mountKinds: ReadonlyMap<string, readonly [IconName, string]> = new Map([
  ['binfmt', ['ok', 'mounted']],
  ['autofs', ['wait', 'automount, not triggered']],
  ['covered', ['warn', 'something is mounted over it']],
  ['absent', ['bad', 'not mounted']],
]);

function marked(mark: IconName, text: string): Markup {
  return html`<span class="state ${mark}">${icon(mark)}${text}</span>`;
}
