import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { explainCode } from '../../../src/cli/doctor/explain-code.ts';
import { contextOf } from '../../../src/cli/terminal/context.ts';
import { causeCatalogue } from '../../../src/core/diagnose/causes.ts';
import { exitCodes } from '../../../src/core/exit-codes.ts';
import { problemCatalogue } from '../../../src/core/problems.ts';
import { root } from '../../architecture/imports.ts';

test('every code that any command prints is explained, with a link to a document that has it', () => {
  const both = Object.keys(problemCatalogue).filter((code) => Object.hasOwn(causeCatalogue, code));
  assert.deepEqual(both, [], 'one code has one meaning');
  for (const code of [...Object.keys(problemCatalogue), ...Object.keys(causeCatalogue)]) {
    const said: string[] = [];
    const context = { ...contextOf({ output: 'json' }), out: (text: string) => void said.push(text) };
    assert.equal(explainCode(context, code), exitCodes.ok);
    const { title, remedy, link } = JSON.parse(said.join(''));
    assert.ok(title !== '' && remedy !== '', code);
    const file = /docs\/[a-z.]+(?=#)/.exec(link)?.[0] ?? '';
    assert.ok(readFileSync(join(root, file), 'utf8').includes(code), `${code} is in ${file}`);
  }
});

test('what is no code is wrong usage', () => {
  assert.equal(explainCode(contextOf({}), 'nonsense'), exitCodes.usage);
  assert.equal(explainCode(contextOf({}), 'toString'), exitCodes.usage);
});
