import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ProblemCode, problemCatalogue } from '../../src/core/problems.ts';
import { typed } from '../../src/core/typed.ts';

const codes = Object.keys(problemCatalogue) as ProblemCode[];
const doc = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');

test('docs/problems.md has a heading for each code and for nothing else', () => {
  const headings = [...doc.matchAll(/^### (.*)$/gm)].map((match) => match[1]);
  assert.deepEqual(headings.toSorted(), codes.toSorted());
});

test('docs/problems.md says the same title, severity and remedy', () => {
  for (const section of doc.split(/^### /m).slice(1)) {
    const code = section.slice(0, section.indexOf('\n')) as ProblemCode;
    const { title, severity } = problemCatalogue[code];
    const remedy = typed(problemCatalogue[code].remedy);
    assert.ok(section.includes(`**${title}** (${severity}).`), `${code}: title or severity`);
    assert.ok(section.includes(remedy), `${code}: the remedy is: ${remedy}`);
  }
});

test('codes are kebab-case and every remedy is a sentence', () => {
  for (const code of codes) {
    assert.match(code, /^[a-z]+(-[a-z]+)*$/);
    for (const sandbox of [false, true]) {
      const remedy = typed(problemCatalogue[code].remedy, { command: 'binfmt-keeper', sandbox });
      const confined = { command: 'binfmt-keeper', sandbox, mayNotRelabel: true };
      assert.doesNotMatch(typed(problemCatalogue[code].remedy, confined), /chcon|semodule|restorecon/, code);
      assert.match(remedy, /^[A-Z].*\.$/, code);
      assert.doesNotMatch(remedy, /\[(host|relabel)|\{[a-z]+\}/, code);
      if (sandbox) assert.doesNotMatch(remedy, /systemctl start|journalctl -b -u|kubectl/, code);
    }
  }
});

test('no problem is hidden by itself, however long the way', () => {
  const visit = (code: ProblemCode, above: readonly ProblemCode[]): void => {
    assert.ok(!above.includes(code), [...above, code].join(' → '));
    for (const cause of problemCatalogue[code].dependsOn ?? []) visit(cause, [...above, code]);
  };
  for (const code of codes) visit(code, []);
});
