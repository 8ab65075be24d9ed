import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { clockOf, dateOf, momentOf } from '../../../src/cli/terminal/local-time.ts';

it('a moment to come has its day only where that is another', () => {
  const now = new Date(2026, 2, 1, 23, 55, 1);
  const soon = new Date(2026, 2, 1, 23, 59, 2);
  const tomorrow = new Date(2026, 2, 2, 0, 5, 1);
  assert.equal(momentOf(soon, now), '23:59:02');
  assert.equal(momentOf(tomorrow, now), '2026-03-02 00:05:01');
  assert.equal(`${dateOf(now)} ${clockOf(now)}`, '2026-03-01 23:55:01');
});

it('nothing that a terminal shows is made of UTC', () => {
  const src = join(import.meta.dirname, '../../../src');
  for (const layer of ['cli', 'keeper', 'daemon'])
    for (const file of readdirSync(join(src, layer), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts'))
        assert.doesNotMatch(readFileSync(join(src, layer, file), 'utf8'), /toISOString|getUTC/, file);
});
