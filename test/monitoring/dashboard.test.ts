import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { dashboardText } from '../../scripts/generate/dashboard.ts';
import { inDirectory, monitoringFile, promtool, requirePromtool } from './promtool.ts';
import { exposedSeries, unknownIn, usesOf } from './series.ts';

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

const dashboard = JSON.parse(monitoringFile('binfmt-keeper.dashboard.json'));
const panels: readonly Panel[] = dashboard.panels;
const shown = panels.filter((panel) => panel.type !== 'row');
const expressions = shown.flatMap((p) => (p.targets ?? []).map(({ expr }) => ({ title: p.title, expr })));

describe('the dashboard', () => {
  it('is what its source says (node scripts/generate/dashboard.ts)', () => {
    assert.equal(monitoringFile('binfmt-keeper.dashboard.json'), dashboardText());
  });

  it('asks for nothing that a keeper does not expose', () => {
    const exposed = exposedSeries();
    for (const { title, expr } of expressions) assert.deepEqual(unknownIn(expr, exposed), [], title);
  });

  it('shows everything that a keeper exposes but for parts of histograms and start times', () => {
    const used = new Set(expressions.flatMap(({ expr }) => usesOf(expr).map((use) => use.name)));
    const rest = [...exposedSeries().keys()].filter((name) => !used.has(name));
    const silent = /_(sum|count)$|^process_start_time_seconds$|_reload_success_timestamp_seconds$/;
    assert.deepEqual(
      rest.filter((name) => !silent.test(name)),
      [],
    );
  });

  it('has expressions that Prometheus can read', (t) => {
    if (!requirePromtool(t)) return;
    const rules = expressions.map(({ expr }, i) => ({
      record: `panel:expression_${i}:now`,
      expr: plain(expr),
    }));
    inDirectory((dir) => {
      const file = join(dir, 'panels.json');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
      const { status, said } = promtool('check', 'rules', file);
      assert.equal(status, 0, said);
    });
  });

  it('asks the data source that is chosen, and no other', () => {
    const [chosen] = dashboard.templating.list;
    assert.deepEqual([chosen.type, chosen.name], ['datasource', 'datasource']);
    for (const panel of shown) {
      assert.equal(panel.datasource?.uid, '$datasource', panel.title);
      for (const target of panel.targets ?? [])
        assert.equal(target.datasource.uid, '$datasource', panel.title);
    }
  });

  it('has panels of kinds that Grafana still has, each explained', () => {
    const kinds = new Set(['stat', 'timeseries', 'table', 'heatmap', 'state-timeline', 'bargauge']);
    for (const { type, title, description } of shown) {
      assert.ok(kinds.has(type), `${title}: ${type}`);
      assert.match(description ?? '', /\S.*\.$/, title);
    }
    assert.ok(dashboard.schemaVersion >= 39);
  });

  it('puts no panel over another one or beyond the edge', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies over another`);
          taken.set(`${x} ${y}`, title);
        }
      }
    }
  });
});

/** An expression with what Grafana puts in place of its variables. */
function plain(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('$__range', '6h')
    .replace(/\$(job|instance|handler)/g, '.*');
}
