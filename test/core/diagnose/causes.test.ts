import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Cause, type CauseCode, causeCatalogue } from '../../../src/core/diagnose/causes.ts';
import { remedyText } from '../../../src/core/diagnose/remedy.ts';
import { problemCatalogue } from '../../../src/core/problems.ts';

const codes = Object.keys(causeCatalogue) as (keyof typeof causeCatalogue)[];
const doc = readFileSync(new URL('../../../docs/explain.md', import.meta.url), 'utf8');

test('codes are kebab-case, none is a code of a problem too, and every remedy is a sentence', () => {
  for (const code of codes) {
    assert.match(code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(!Object.hasOwn(problemCatalogue, code), code);
    assert.match(remedyText(caused(code, {})), /^[A-Z].*\.$/s, code);
    assert.equal(causeCatalogue[code].remedy.split('`').length % 2, 1, `${code}: backquotes come in pairs`);
  }
});

test('a remedy has the values of its cause, each as one word of a shell', () => {
  assert.equal(remedyText(caused('file-mode', { FILE: './my app' })), "Allow it: chmod +x './my app'.");
  assert.equal(remedyText(caused('file-mode', { FILE: "a'b" })), "Allow it: chmod +x 'a'\\''b'.");
  const odd = remedyText(caused('file-mode', { FILE: "a\x1b[2J'\n\\b" }));
  assert.equal(odd, "Allow it: chmod +x $'a\\x1b[2J\\x27\\x0a\\x5cb'.");
  assert.equal(remedyText(caused('file-mode', { FILE: 'gr\xc3\xbcn' })), "Allow it: chmod +x 'grün'.");
  const noted = remedyText(caused('file-mode', { FILE: '{keeper} [host: x] FILE' }));
  assert.equal(noted, "Allow it: chmod +x '{keeper} [host: x] FILE'.");
  const unpacked = remedyText(caused('saved-archive', { FILE: 'my app', UNPACK: 'tar -xzf FILE' }));
  assert.equal(unpacked, "Unpack it: tar -xzf 'my app'. The program lies inside.");
  assert.match(remedyText(caused('status-zero', {})), /^[A-Z][^`]*\.$/);
  assert.match(remedyText(caused('no-entry', { PLATFORM: 'linux/arm64' })), /install linux\/arm64\./);
});

test('docs/explain.md has a row for each cause, with its title', () => {
  const rows = [...doc.matchAll(/^\| `([a-z0-9-]+)` \| ([^|]*) \|/gm)].map((row) => [row[1], row[2]]);
  for (const code of codes)
    assert.ok(
      rows.some(([named, title]) => named === code && title === causeCatalogue[code].title),
      `${code}: ${causeCatalogue[code].title}`,
    );
});

function caused(code: CauseCode, values: Cause['values']): Cause {
  return { code, subject: '', detail: '', values };
}
