import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root, sourcesBelow } from './imports.ts';
import { longFile, longFunctions } from './size.ts';

/** Longer files, which hold nothing but data: they are looked things up in, and not read. */
const data: Readonly<Record<string, string>> = {
  'src/core/problems.ts': 'one row for each problem: code, title, severity, remedy',
  'src/core/diagnose/causes.ts': 'one row for each cause: code, title, errno, remedy',
  'src/cli/line/command-table.ts': 'one row for each command with its options and texts',
  'src/core/config/options.ts': 'one row for each setting',
  'scripts/generate/dashboard.ts': 'the panels of the Grafana dashboard',
};

const files = ['src', 'bench', 'scripts'].flatMap(sourcesBelow);
const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

test('no file has more than 250 lines, but for named ones that hold nothing but data', () => {
  assert.ok(files.length > 300);
  const long = texts.flatMap(({ file, text }) => longFile(file, text)?.what ?? []);
  assert.deepEqual(
    long.filter((file) => !(file in data)),
    [],
  );
  assert.deepEqual(
    Object.keys(data).filter((file) => !long.includes(file)),
    [],
    'named here, and not that long any more: take the name out',
  );
});

test('no function has more than 60 lines', () => {
  const long = texts.flatMap(({ file, text }) => longFunctions(file, text).map(({ what }) => what));
  assert.deepEqual(long, []);
});

describe('the rules can fail', () => {
  const lines = (count: number): string => 'a;\n'.repeat(count);
  test('a file of 251 lines', () => {
    assert.equal(longFile('a.ts', lines(250)), null);
    assert.deepEqual(longFile('a.ts', lines(251)), { what: 'a.ts', lines: 251 });
  });
  const found = (text: string): readonly string[] => longFunctions('a.ts', text).map(({ what }) => what);
  const shapes: Readonly<Record<string, (body: string) => string>> = {
    'a.ts f': (body) => `function f() {\n${body}}\n`,
    'a.ts g': (body) => `const g = () => {\n${body}};\n`,
    'a.ts h': (body) => `const o = { h() {\n${body}} };\n`,
    'a.ts C': (body) => `class A { get C() {\n${body}} }\n`,
    'a.ts (without a name)': (body) => `run(function () {\n${body}});\n`,
  };
  for (const [what, text] of Object.entries(shapes))
    test(`${what} of 61 lines`, () => {
      assert.deepEqual(found(text(lines(58))), []);
      assert.deepEqual(found(text(lines(59))), [what]);
    });
});
