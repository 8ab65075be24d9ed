import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ProblemCode, problemCatalogue } from '../../src/core/problems.ts';
import { commandsIn } from '../../src/core/text/typed.ts';
import { root } from '../architecture/imports.ts';
import { drawRemedies } from './draw.ts';
import { table } from './table.ts';

const codes = Object.keys(problemCatalogue) as ProblemCode[];

test('every code of a problem has a row, and no row is of another', () => {
  assert.deepEqual(Object.keys(table).toSorted(), codes.toSorted());
});

test('a row of advice says why, and one that lies elsewhere names a test that is there', () => {
  for (const [code, row] of Object.entries(table)) {
    if (row.kind === 'advice' || row.kind === 'untried') assert.ok(row.why.length > 10, code);
    if (row.kind === 'elsewhere' || row.kind === 'vm')
      assert.ok(readFileSync(join(root, row.file), 'utf8').includes(row.name), `${code}: ${row.name}`);
  }
});

test('where a remedy has nothing to type, no row says that it was typed', () => {
  for (const code of codes)
    if (commandsIn(problemCatalogue[code].remedy).length === 0)
      assert.ok(['advice', 'untried', 'elsewhere'].includes(table[code]?.kind ?? ''), code);
});

test('docs/remedies.md shows the table', () => {
  const shown = readFileSync(join(root, 'docs/remedies.md'), 'utf8');
  assert.equal(drawRemedies(), shown, 'node test/remedies/run.ts makes it anew');
});
