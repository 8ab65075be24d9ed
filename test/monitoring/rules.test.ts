import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { repository } from '../../src/core/project.ts';
import { anchorsOf } from './anchors.ts';
import { inDirectory, monitoringFile, promtool, requirePromtool } from './promtool.ts';
import { exposedSeries, unknownIn, usesOf } from './series.ts';
import { shortenRules } from './shorten.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Tests {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly { alertname: string; exp_alerts: readonly unknown[] }[];
  }[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const groups: readonly { rules: readonly Rule[] }[] = parse(
  monitoringFile('binfmt-keeper.rules.yaml'),
).groups;
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter((rule) => rule.alert !== undefined);

describe('the rules for Prometheus', () => {
  it('are valid, without a remark', (t) => {
    if (!requirePromtool(t)) return;
    const { status, said } = promtool('check', 'rules', '--lint-fatal', 'binfmt-keeper.rules.yaml');
    assert.equal(status, 0, said);
  });

  it('do what their own tests say', (t) => {
    if (!requirePromtool(t)) return;
    const { status, said } = promtool('test', 'rules', 'binfmt-keeper.rules.test.yaml');
    assert.equal(status, 0, said);
  });

  it('are the same in the short form in which a real Prometheus tries them (test/monitoring/run.ts)', (t) => {
    if (!requirePromtool(t)) return;
    const short = shortenRules(monitoringFile('binfmt-keeper.rules.yaml'));
    const all: readonly Rule[] = parse(short).groups.flatMap((g: { rules: readonly Rule[] }) => g.rules);
    const numberless = (rule: Rule): object => ({
      ...rule,
      for: '',
      expr: rule.expr.replace(/\d+[smhd]?/g, ''),
    });
    assert.deepEqual(all.map(numberless), rules.map(numberless));
    inDirectory((dir) => {
      writeFileSync(join(dir, 'rules.yaml'), short);
      const { status, said } = promtool('check', 'rules', join(dir, 'rules.yaml'));
      assert.equal(status, 0, said);
    });
  });

  it('ask for nothing that a keeper does not expose', () => {
    const exposed = exposedSeries();
    assert.ok(rules.flatMap((rule) => usesOf(rule.expr)).length >= 10);
    for (const { alert, record, expr } of rules)
      assert.deepEqual(unknownIn(expr, exposed), [], `${alert ?? record}`);
  });

  for (const { alert = '', labels = {}, annotations = {} } of alerts) {
    it(`say of ${alert} how bad it is, what it means and where the runbook is`, () => {
      assert.match(labels.severity ?? '', /^(critical|warning)$/);
      assert.match(annotations.summary ?? '', /^\S.{10,}$/s);
      assert.match(annotations.description ?? '', /^[A-Z].*\.$/s);
      const [path = '', anchor = ''] = (annotations.runbook_url ?? '').split('#');
      const file = path.slice(path.indexOf('docs/'));
      assert.ok(existsSync(`${root}${file}`), path);
      assert.equal(anchor, alert.toLowerCase());
      assert.ok(anchorsOf(readFileSync(`${root}${file}`, 'utf8')).has(anchor), `${file} lacks #${anchor}`);
    });

    it(`are tested with ${alert} firing and not firing`, () => {
      const { tests }: Tests = parse(monitoringFile('binfmt-keeper.rules.test.yaml'));
      const cases = tests.flatMap((one) => one.alert_rule_test ?? []).filter((c) => c.alertname === alert);
      assert.ok(
        cases.some((c) => c.exp_alerts.length > 0),
        'it is never seen to fire',
      );
      // Before it fires, and after.
      assert.ok(cases.filter((c) => c.exp_alerts.length === 0).length >= 2, 'it is never seen not to fire');
    });
  }

  it('lead to the address of the project', () => {
    for (const { annotations } of alerts)
      assert.ok(
        annotations?.runbook_url?.startsWith(`${repository}/blob/main/docs/`),
        annotations?.runbook_url,
      );
  });
});

describe('the example for Prometheus', () => {
  it('is a valid configuration that loads the rules', (t) => {
    if (!requirePromtool(t)) return;
    const { status, said } = promtool('check', 'config', 'prometheus.example.yaml');
    assert.equal(status, 0, said);
    assert.ok(said.includes(`${rules.length} rules found`), said);
  });
});
