import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');
const inQuotes = (part: string): string => part.replaceAll("\\'", "'");

describe('docs/security.md', () => {
  test('names tests that are there', () => {
    const rows = [...text.matchAll(/^\|.*\| `(test\/[^`]+)`: (.+) \|$/gm)];
    assert.ok(rows.length > 30);
    for (const [, file = '', name = ''] of rows)
      assert.ok(
        inQuotes(readFileSync(join(root, file), 'utf8')).includes(name),
        `${file} has no test: ${name}`,
      );
    for (const [, file = ''] of text.matchAll(/`(test\/[^`]+\.ts)`/g))
      assert.ok(existsSync(join(root, file)), file);
  });

  test('names every file that starts programs', () => {
    const start = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .map((name) => `src/${name}`)
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /^import (?!type).*'node:child_process'/m.test(readFileSync(join(root, file), 'utf8')),
      );
    const named = [...text.matchAll(/^\| `(src\/[^`]+)` \|/gm)].map(([, file]) => file);
    assert.deepEqual(named.toSorted(), start.toSorted());
  });
});
