import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { reportTable } from '../src/cli/report/report-table.ts';
import { readyToPrint, render } from '../src/cli/terminal/print.ts';
import { renderPage } from '../src/core/page/page.ts';
import { problemCatalogue } from '../src/core/problems.ts';
import { renderMetrics } from '../src/core/report/metrics.ts';
import type { HandlerReport, Report } from '../src/core/report/report.ts';
import { noTotals } from '../src/core/report/totals.ts';
import { readyChecks } from '../src/core/wire/http-checks.ts';
import { statusWords } from '../src/daemon/supervise/status-words.ts';
import { handlerLike, moment, reportLike } from './cli/reports.ts';
import { readExposition } from './core/report/exposition.ts';

/** What every view tells; a view that does not tell something leaves it out. */
interface Facts {
  readonly verified?: number;
  readonly ready?: boolean;
  readonly heals?: number;
  /** By the handler's name. */
  readonly states?: Readonly<Record<string, string>>;
  readonly healsOf?: Readonly<Record<string, number>>;
  /** Subjects by code. */
  readonly problems?: Readonly<Record<string, number>>;
}

const states = [
  'ok',
  'missing',
  'disabled',
  'drifted',
  'stale',
  'shadowed',
  'foreign-ok',
  'unverified',
] as const;
const verdicts = [null, 'verified', 'hung', 'wrong-answer'] as const;
const codes = (Object.keys(problemCatalogue) as (keyof typeof problemCatalogue)[]).filter(
  (code) => problemCatalogue[code].dependsOn === undefined,
);
const handler = fc.record({
  state: fc.constantFrom<HandlerReport['state'][]>(...states),
  verdict: fc.constantFrom(...verdicts),
  heals: fc.nat(30),
  required: fc.boolean(),
  lost: fc.boolean(),
  provable: fc.boolean(),
});
/** As a keeper draws it up, so that no view can be blamed for what the report itself contradicts. */
const report: fc.Arbitrary<Report> = fc
  .record({
    rows: fc.array(handler, { maxLength: 6 }),
    problems: fc.uniqueArray(
      fc.record({
        code: fc.constantFrom(...codes),
        subject: fc.constantFrom('this', 'that'),
        detail: fc.constant(''),
      }),
      { selector: (p) => `${p.code} ${p.subject}`, maxLength: 6 },
    ),
  })
  .map(({ rows, problems }) => {
    const handlers = rows.map(({ state, verdict, heals, required, lost, provable }, at) =>
      handlerLike({
        ...{ key: `k${at}`, state, heals, required, lostAt: lost ? moment - 1000 : null },
        platforms: provable ? [`linux/k${at}`] : [],
        probe: verdict === null ? null : { verdict, detail: '', at: moment, tookMs: 1 },
      }),
    );
    return reportLike({
      handlers,
      problems,
      mounts: { main: 'binfmt', anchor: 'binfmt' },
      instance: { enabled: !problems.some((p) => p.code === 'status-zero'), foreign: 3 },
      heals: { total: handlers.reduce((sum, h) => sum + h.heals, 0), recent: [] },
      totals: {
        ...noTotals,
        heals: handlers
          .filter((h) => h.heals > 0)
          .map((h) => ({ handler: h.name, reason: 'missing', count: h.heals })),
      },
    });
  });

await readyToPrint('yaml');

const views: Readonly<Record<string, (report: Report) => Facts>> = {
  table: readTable,
  json: (r) => ofData(JSON.parse(render(r, 'json', () => ''))),
  yaml: (r) => ofData(parse(render(r, 'yaml', () => ''))),
  metrics: (r) => readMetrics(renderMetrics(r, 'text')),
  OpenMetrics: (r) => readMetrics(renderMetrics(r, 'openmetrics')),
  'words for the supervisor': (r) => ({
    verified: Number(/^(\d+) handlers? verified/.exec(statusWords(r))?.[1]),
  }),
  page: readPage,
};

describe('all views tell the same of one report', () => {
  for (const [name, view] of Object.entries(views)) {
    it(name, () => {
      fc.assert(
        fc.property(report, (one) => {
          const all = ofData(one);
          const told = view(one);
          assert.notDeepEqual(told, {});
          for (const [fact, value] of Object.entries(told))
            assert.deepEqual(value, all[fact as keyof Facts], fact);
        }),
      );
    });
  }

  it('readiness for supervisors, unless another keeper serves', () => {
    fc.assert(
      fc.property(report, (one) => {
        fc.pre(!one.problems.some((p) => p.code === 'locked-by-another'));
        const checks = readyChecks({ phase: 'keeping', complete: true, lookAgeMs: 0, lookLimitMs: 1 }, one);
        assert.equal(
          checks.every((c) => c.fault === null),
          one.ready,
        );
      }),
    );
  });
});

function ofData(one: Report): Required<Facts> {
  const [, verified] = /^(\d+) of /.exec(one.summary) ?? [];
  const problems: Record<string, number> = {};
  for (const { code } of one.problems) problems[code] = (problems[code] ?? 0) + 1;
  return {
    verified: Number(verified),
    ready: one.ready,
    heals: one.heals.total,
    states: Object.fromEntries(one.handlers.map((h) => [h.name, h.state])),
    healsOf: Object.fromEntries(one.handlers.map((h) => [h.name, h.heals])),
    problems,
  };
}

function readTable(one: Report): Facts {
  const text = reportTable(one);
  const rows = text.split('\n').slice(1, 1 + one.handlers.length);
  const cells = rows.map((row) => row.split(/ {2,}/));
  const [, verified, healed, ready] =
    /^(\d+) of \d+ [a-z ]*verified(?:, \d+ without a probe)?(?:, (\d+) heals? since start)?; (ready|not ready)$/m.exec(
      text,
    ) ?? [];
  const nameOf = (row: readonly string[]): string => `keeper-${row[0]?.replace('linux/', '')}`;
  return {
    verified: Number(verified),
    ready: ready === 'ready',
    heals: Number(healed ?? 0),
    states: Object.fromEntries(cells.map((row) => [nameOf(row), row[1] ?? ''])),
    healsOf: Object.fromEntries(cells.map((row) => [nameOf(row), Number(row[6])])),
  };
}

function readMetrics(text: string): Facts {
  const series = readExposition(text);
  const of = (name: string) => series.filter((s) => s.name === `binfmt_keeper_${name}`);
  const sum = (list: typeof series): number => list.reduce((all, s) => all + s.value, 0);
  const heals = of('heals_total');
  const handlers = of('handler_desired').map((s) => s.labels.handler ?? '');
  const unverified = of('handler_state').filter((s) => s.labels.state === 'unverified');
  // What the keeper alone can run is a proof and not verified.
  const isVerified = ({ labels }: (typeof series)[number]): boolean =>
    !unverified.some((s) => s.labels.handler === labels.handler);
  return {
    verified: sum(of('probe_success').filter(isVerified)),
    heals: sum(heals),
    states: Object.fromEntries(
      of('handler_state').map((s) => [
        s.labels.handler,
        s.labels.state === 'foreign' ? 'foreign-ok' : (s.labels.state ?? ''),
      ]),
    ),
    healsOf: Object.fromEntries(handlers.map((h) => [h, sum(heals.filter((s) => s.labels.handler === h))])),
    problems: Object.fromEntries(of('problems').map((s) => [s.labels.code, s.value])),
  };
}

function readPage(one: Report): Facts {
  const page = renderPage(one);
  const summary = /<span class="sum">(\d+) of .*?; (ready|not ready)\.<\/span>/.exec(page);
  const rows = page.split('<tr id="h-').slice(1);
  const problems = page.split('<article id="p-').slice(1);
  return {
    verified: Number(summary?.[1]),
    ready: summary?.[2] === 'ready',
    heals: Number(/Losses and heals <span class="count">(\d+)</.exec(page)?.[1]),
    states: Object.fromEntries(
      rows.map((row) => [row.slice(0, row.indexOf('"')), /<\/svg>([a-z-]+)</.exec(row)?.[1] ?? '']),
    ),
    problems: Object.fromEntries(
      problems.map((p) => [
        p.slice(0, p.indexOf('"')),
        p.split('</ul>')[0]?.split('<li>').slice(1).length ?? 0,
      ]),
    ),
  };
}
