import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import { type ProblemCode, problemCatalogue } from '../../../src/core/problems.ts';
import { renderMetrics } from '../../../src/core/report/metrics.ts';
import type { HandlerReport } from '../../../src/core/report/report.ts';
import { noTotals, type Totals } from '../../../src/core/report/totals.ts';
import { handlerLike, moment, problemsLike, reportLike } from '../../cli/reports.ts';
import { readExposition } from './exposition.ts';

const platforms = catalogue.filter((a) => a.platforms.length > 0);
const daemonLike: Totals = {
  ...noTotals,
  heals: [
    { handler: 'keeper-aarch64', reason: 'missing', count: 3 },
    { handler: 'keeper-aarch64', reason: 'order', count: 2 },
    { handler: 'keeper-aarch64', reason: 'shadowed', count: 1 },
    { handler: 'status', reason: 'status-zero', count: 4 },
  ],
  healMs: { bounds: [0.3, 1, 5, 10, 1000], counts: [4, 3, 0, 2, 0, 1], sum: 12_345 },
  failures: [{ handler: 'keeper-aarch64', code: 'ENOENT', count: 2 }],
  flushes: 1,
  lastGoodPassAt: moment,
  reload: { ok: true, goodAt: moment - 1000 },
  process: { node: '24.1.0', startedAt: moment - 9000, cpuMs: 1500, residentBytes: 60_000_000 },
};
/** A node with every platform that has an OCI name, on which something of every kind has happened. */
const busy = reportLike({
  handlers: platforms.map(({ target, platforms: names }) => handlerLike({ key: target, platforms: names })),
  problems: problemsLike(10, 3),
  emulated: platforms.map((a) => ({ platform: a.platforms[0] ?? '', count: 1 })),
  instance: { enabled: true, foreign: 7 },
  totals: daemonLike,
  unserved: {
    ...{ listening: true, recent: [] },
    counts: [
      { platform: 'linux/riscv64', cause: 'none', count: 3 },
      { platform: '', cause: 'gone', count: 1 },
    ],
  },
});

const problemCodes = Object.keys(problemCatalogue) as ProblemCode[];

/** Everything that can be told of these handlers at once, after reloads that wanted others. */
function worst(rows: readonly { readonly target: string; readonly platforms: readonly string[] }[]) {
  const names = [...rows.map(({ target }) => `keeper-${target}`), 'keeper-gone'];
  const reasons = ['missing', 'disabled', 'drifted', 'stale', 'shadowed', 'order', 'unheard-of'];
  const codes = Array.from({ length: 20 }, (_, n) => `E${n}`);
  return reportLike({
    handlers: rows.map(({ target, platforms: of }) => handlerLike({ key: target, platforms: of })),
    problems: problemCodes.flatMap((code) =>
      ['a', 'b'].map((subject) => ({ code, subject, detail: '', ...problemCatalogue[code] })),
    ),
    emulated: rows.map(({ target, platforms: of }) => ({ platform: of[0] ?? target, count: 1 })),
    totals: {
      ...daemonLike,
      heals: names.flatMap((handler) => reasons.map((reason) => ({ handler, reason, count: 1 }))),
      failures: names.flatMap((handler) => codes.map((code) => ({ handler, code, count: 1 }))),
    },
  });
}

describe('the metrics of a report', () => {
  for (const format of ['text', 'openmetrics'] as const) {
    it(`are at most 200 series with the platforms of OCI, as ${format}`, () => {
      assert.equal(platforms.length, 13);
      assert.ok(readExposition(renderMetrics(busy, format)).length <= 200);
    });
  }

  it('stay within a bound whatever goes wrong and whatever was wanted once: 57 and 11 for each handler', () => {
    const own = Array.from({ length: 500 }, (_, n) => ({ target: `own-${n}`, platforms: [] as string[] }));
    for (const rows of [platforms, catalogue.slice(0, 30), [...platforms, ...own]]) {
      const report = worst(rows);
      assert.ok(report.problems.length > problemCodes.length);
      for (const format of ['text', 'openmetrics'] as const) {
        const series = readExposition(renderMetrics(report, format));
        assert.ok(series.length <= 57 + 11 * rows.length, `${series.length} with ${rows.length} handlers`);
      }
    }
    assert.equal(readExposition(renderMetrics(worst(platforms), 'text')).length, 200);
  });

  it('lose no problem and no refusal in the bound: errors and the pause by their codes, others in a sum', () => {
    const series = readExposition(renderMetrics(worst(platforms), 'text'));
    const problems = series.filter((s) => s.name === 'binfmt_keeper_problems');
    const total = problems.reduce((all, { value }) => all + value, 0);
    assert.equal(total, worst(platforms).problems.length);
    assert.ok(problems.some((s) => s.labels.code === 'paused'));
    assert.ok(problems.some((s) => s.labels.code === 'other' && s.labels.severity === 'notice'));
    const refused = series.filter((s) => s.name === 'binfmt_keeper_registration_failures_total');
    assert.equal(
      refused.reduce((all, { value }) => all + value, 0),
      13 * 20 + 20,
    );
  });

  it('tell what the keeper can run from what ordinary containers can', () => {
    const barred = handlerLike({
      state: 'unverified',
      containers: { verdict: 'may-not', detail: 'a witness: it died', at: 1 },
    });
    const series = readExposition(renderMetrics(reportLike({ handlers: [barred] }), 'text'));
    const of = (name: string) => series.filter((s) => s.name === `binfmt_keeper_${name}`);
    assert.deepEqual(
      of('probe_success').map((s) => s.value),
      [1],
    );
    assert.deepEqual(
      of('handler_info').map((s) => s.labels.containers),
      ['may-not'],
    );
  });

  it('say what promtool has nothing against', (t) => {
    if (!requirePromtool(t)) return;
    for (const report of [busy, reportLike(), reportLike({ handlers: [], daemon: null })]) {
      const input = renderMetrics(report, 'text');
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      });
      assert.equal(`${stdout}${stderr}`, '');
      assert.equal(status, 0);
    }
  });

  it('are OpenMetrics that Prometheus can import', (t) => {
    if (!requirePromtool(t)) return;
    const dir = mkdtempSync(join(tmpdir(), 'keeper-metrics-'));
    try {
      const text = renderMetrics(busy, 'openmetrics');
      assert.ok(text.endsWith('\n# EOF\n'));
      // An import wants a time with each value.
      writeFileSync(join(dir, 'in'), text.replaceAll(/^([^#].*)$/gm, '$1 1600000000'));
      const args = ['tsdb', 'create-blocks-from', 'openmetrics', join(dir, 'in'), join(dir, 'out')];
      const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
      assert.equal(status, 0, `${stdout}${stderr}`);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('start every way to be lost at 0, and put what is out of order among what is shadowed', () => {
    assert.deepEqual(healsOf('keeper-aarch64'), {
      missing: 3,
      disabled: 0,
      drifted: 0,
      stale: 0,
      shadowed: 3,
    });
    assert.deepEqual(healsOf('status'), {
      'status-zero': 4,
    });
  });

  it('count up in a histogram, in seconds, and end with all', () => {
    const series = readExposition(renderMetrics(busy, 'text')).filter((s) =>
      s.name.startsWith('binfmt_keeper_heal_duration_seconds'),
    );
    assert.deepEqual(
      series.map((s) => [s.labels.le ?? s.name.split('_').at(-1), s.value]),
      [
        ['0.0003', 4],
        ['0.001', 7],
        ['0.005', 7],
        ['0.01', 9],
        ['1', 9],
        ['+Inf', 10],
        ['sum', 12.345],
        ['count', 10],
      ],
    );
  });

  it('have one state for each handler, which is that of the report', () => {
    const states = ['ok', 'missing', 'disabled', 'drifted', 'stale', 'shadowed', 'foreign-ok', 'unverified'];
    const handlers = states.map((state) =>
      handlerLike({ key: state, state: state as HandlerReport['state'], probe: null }),
    );
    const seen = readExposition(renderMetrics(reportLike({ handlers }), 'text'))
      .filter((s) => s.name === 'binfmt_keeper_handler_state')
      .map((s) => `${s.labels.handler} ${s.labels.state} ${s.value}`);
    assert.deepEqual(
      seen,
      states.map((state) => `keeper-${state} ${state === 'foreign-ok' ? 'foreign' : state} 1`),
    );
  });

  it('leave out emulated processes that nobody can see, and what only a daemon has', () => {
    const names = new Set(
      readExposition(renderMetrics(reportLike({ daemon: null }), 'text')).map((s) => s.name),
    );
    for (const name of ['emulated_processes', 'config_last_reload_successful', 'problems'])
      assert.equal(names.has(`binfmt_keeper_${name}`), false, name);
    assert.equal(names.has('process_start_time_seconds'), false);
    assert.equal(names.has('binfmt_keeper_handler_state'), true);
  });

  it('are lines that a reader understands, whatever names, flags, versions and codes hold', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('\n', '\r', '"', '\\', '\x1b', '{', '}', ' ', '#', '\xff', 'n', 'a'),
      }),
    );
    const row = fc.record({ name: text, platform: text, flags: text, version: text, interpreter: text });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), text, (rows, code) => {
        const report = reportLike({
          handlers: rows.map(({ platform, ...rest }) => handlerLike({ ...rest, platforms: [platform] })),
          emulated: rows.map(({ platform }) => ({ platform, count: 2 })),
          totals: { ...daemonLike, failures: [{ handler: code, code, count: 1 }] },
        });
        for (const format of ['text', 'openmetrics'] as const) {
          const series = readExposition(renderMetrics(report, format));
          const ids = series.map((s) => JSON.stringify([s.name, s.labels]));
          assert.equal(new Set(ids).size, ids.length, 'a series occurs twice');
        }
      }),
    );
  });

  it('are what docs/metrics.md says: names, types and labels', () => {
    const doc = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
    const rows = [...doc.matchAll(/^\| `(\w+)` \| (\w+) \| ([\w, ]*)\|/gm)];
    const text = renderMetrics(busy, 'text');
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type]) => {
      const series = readExposition(text).filter(
        (one) => one.name.replace(/_(bucket|sum|count)$/, '') === name,
      );
      const labels = new Set(
        series.flatMap((one) => Object.keys(one.labels)).filter((label) => label !== 'le'),
      );
      return `${name} ${type} ${[...labels].join(', ')}`;
    });
    assert.deepEqual(
      rows.map(([, name, type, labels = '']) => `${name} ${type} ${labels.trim()}`).toSorted(),
      types.toSorted(),
    );
  });

  it('hold no path', () => {
    assert.doesNotMatch(renderMetrics(busy, 'text'), /="\//);
  });
});

/** How often a handler was healed, by reason. */
function healsOf(handler: string): Record<string, number> {
  const found = readExposition(renderMetrics(busy, 'text')).filter(
    (s) => s.name === 'binfmt_keeper_heals_total' && s.labels.handler === handler,
  );
  return Object.fromEntries(found.map((s) => [s.labels.reason ?? '', s.value]));
}

/** The checker of Debian's package `prometheus`. */
function requirePromtool(t: TestContext): boolean {
  const found = spawnSync('promtool', ['--version']).status === 0;
  if (!found && process.env.REQUIRE_KERNEL === '1')
    throw new Error('promtool is missing (package prometheus)');
  if (!found) t.skip('promtool is missing (package prometheus)');
  return found;
}
