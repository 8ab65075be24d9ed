import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseConfig } from '../../src/core/config/config.ts';
import { settings } from '../../src/core/config/options.ts';
import { type ProblemCode, problemCatalogue } from '../../src/core/problems.ts';
import { marked, typed } from '../../src/core/text/typed.ts';

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
    const remedy = marked(problemCatalogue[code].remedy);
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
      assert.doesNotMatch(remedy, /\[(host|relabel|(no )?[A-Z]+):|\{[a-zA-Z]+[ =}]|`/, code);
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

test('a setting in a remedy is one, and is shown as it is written and as it is typed', () => {
  let shown = 0;
  for (const code of codes) {
    const { remedy } = problemCatalogue[code];
    for (const [token, path] of remedy.matchAll(/\{set (\S+) [^}]+\}/g)) {
      const known = settings.find((s) => s.config === path);
      assert.ok(known !== undefined, `${code}: ${path}`);
      const text = typed(token);
      assert.ok(
        text.includes(` in /etc/binfmt-keeper/config.yaml, or binfmt-keeper run ${known.flag} `),
        text,
      );
      const [line = ''] = text.split(' in /etc');
      const { errors } = parse(line);
      assert.deepEqual(errors, [], line);
      shown += 1;
    }
    // An option alone cannot be typed.
    for (const { flag } of settings)
      assert.doesNotMatch(remedy, new RegExp(`(?<!run )${flag}(?![\\w-])`), `${code}: ${flag}`);
  }
  assert.ok(shown > 10);
});

function parse(line: string): { readonly errors: readonly string[] } {
  const text = line
    .replaceAll('DIRECTORY', '/srv/x')
    .replaceAll('ADDRESS:PORT', '127.0.0.1:1')
    .replaceAll('PREFIX', 'my-');
  const parsed = parseConfig({ file: { name: 'f', text }, env: {}, flags: {} });
  return { errors: parsed.ok ? [] : parsed.errors };
}
