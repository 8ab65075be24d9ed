import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { problemCatalogue } from '../../src/core/problems.ts';
import { anchorsOf, linksOf } from './anchors.ts';
import { monitoringFile } from './promtool.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const runbook = read('docs/troubleshooting.md');
const alerts: readonly { alert: string; labels: { severity: string } }[] = parse(
  monitoringFile('binfmt-keeper.rules.yaml'),
).groups.flatMap((group: { rules: readonly { alert?: string }[] }) => group.rules.filter((r) => r.alert));

describe('the runbook', () => {
  it('has one section for each alert, and none for others', () => {
    const headings = [...runbook.matchAll(/^### (Binfmt\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(headings.toSorted(), alerts.map((one) => one.alert).toSorted());
  });

  it('says in every section what it means or how to see it, and what to do', () => {
    const [, ...sections] = runbook.split(/^### /m);
    assert.ok(sections.length > alerts.length);
    for (const section of sections) {
      assert.match(section, /^\*\*(Means|See)\.\*\* /m, section.split('\n')[0]);
      assert.match(section, /^\*\*Do\.\*\* /m, section.split('\n')[0]);
    }
  });

  it('names problems that exist', () => {
    const named = [...runbook.matchAll(/problems? ((?:`[^`]+`(?:, | and | or )?)+)/g)].flatMap(
      ([, list = '']) => [...list.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code),
    );
    assert.ok(named.length >= 10);
    const codes = Object.keys(problemCatalogue);
    for (const code of named) {
      const start = code.replace(/\*$/, '');
      assert.ok(
        codes.some((one) => (code.endsWith('*') ? one.startsWith(start) : one === code)),
        code,
      );
    }
  });
});

for (const document of ['docs/troubleshooting.md', 'monitoring/README.md']) {
  it(`links of ${document} lead somewhere`, () => {
    const links = linksOf(read(document)).filter((link) => !/^[a-z]+:/.test(link));
    assert.ok(links.length > 0);
    for (const link of links) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      assert.ok(existsSync(join(root, target)), link);
      if (anchor !== undefined) assert.ok(anchorsOf(read(target)).has(anchor), link);
    }
  });
}

it('the table of alerts in monitoring/README.md has each with its severity', () => {
  const rows = [...read('monitoring/README.md').matchAll(/^\| (Binfmt\w+) \| (\w+) \|/gm)];
  assert.deepEqual(
    rows.map(([, name, severity]) => `${name} ${severity}`).toSorted(),
    alerts.map((one) => `${one.alert} ${one.labels.severity}`).toSorted(),
  );
});

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
