import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withTable } from '../../../scripts/generate/troubleshooting.ts';
import { printed } from '../../../src/core/doctor/printed.ts';

const document = readFileSync(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8');

test('docs/troubleshooting.md has the table of printed texts as it is made', () => {
  assert.equal(document, withTable(document));
});

test('each text that people search for is found in docs/troubleshooting.md, whatever its case', () => {
  for (const text of [
    ...['exec format error', 'Exec format error', 'cannot execute binary file', 'no such file or directory'],
    ...['Bad CPU type', 'required file not found', 'Segmentation fault', 'Too many levels of symbolic links'],
    ...printed.flatMap(({ texts }) => texts),
  ])
    assert.ok(document.includes(text), text);
});
