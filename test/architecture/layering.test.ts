import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import ts from 'typescript';
import { type Import, importsIn, importsOf, root, sourcesBelow } from './imports.ts';
import { circle, forbidden, layerOf } from './layers.ts';

const files = sourcesBelow('src');
const imports = files.flatMap(importsOf);

test('every source file that the compiler knows was looked at', () => {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const known = ts.parseJsonConfigFileContent(config, ts.sys, root).fileNames;
  const sources = known.filter((name) => name.startsWith(join(root, 'src/')));
  assert.ok(sources.length > 0);
  assert.deepEqual(
    files.map((file) => join(root, file)),
    sources.sort(),
  );
});

test('every file lies in a layer, and every layer has files that import something', () => {
  assert.deepEqual(
    files.filter((file) => layerOf(file) === null),
    [],
  );
  const importing = new Set(imports.map(({ from }) => layerOf(from)));
  assert.deepEqual([...importing].sort(), ['cli', 'core', 'daemon', 'host', 'keeper', 'main', 'publish']);
});

test('imports are understood: each leads to a file that exists, to a package or to Node', () => {
  const nowhere = imports.filter(({ to }) => to.startsWith('src/') && !existsSync(join(root, to)));
  const odd = imports.filter(({ to }) => to.startsWith('.') || to === '(computed)');
  assert.deepEqual([...nowhere, ...odd], []);
});

test('everything in src is reached from main.ts', () => {
  const reached = new Set(['src/main.ts']);
  for (const file of reached) for (const { from, to } of imports) if (from === file) reached.add(to);
  assert.deepEqual(
    files.filter((file) => !reached.has(file)),
    [],
  );
});

test('no layer imports what it may not', () => {
  assert.deepEqual(forbidden(imports), []);
});

test('no files import each other in a circle', () => {
  assert.equal(circle(imports), null);
});

describe('the rules can fail', () => {
  const refused: Readonly<Record<string, readonly [file: string, text: string]>> = {
    'core that reads a file': ['src/core/x.ts', "import { readFileSync } from 'node:fs';"],
    'core that takes a type of the host': ['src/core/x.ts', "import type { A } from '../host/a.ts';"],
    'core that validates outside the configuration': ['src/core/plan/plan.ts', "import * as z from 'zod';"],
    'core that loads something later': ['src/core/x.ts', "const a = await import('node:os');"],
    'a host that knows the daemon': ['src/host/x.ts', "import type { A } from '../daemon/a.ts';"],
    'a second user of FFI': ['src/host/x.ts', "type Koffi = typeof import('koffi').default;"],
    'a keeper that knows its process': ['src/keeper/x.ts', "import type { A } from '../daemon/a.ts';"],
    'a keeper that publishes': ['src/keeper/x.ts', "import { a } from '../publish/a.ts';"],
    'a daemon that touches the machine': ['src/daemon/x.ts', "import { a } from '../host/a.ts';"],
    'a daemon that imports a value beside types': [
      'src/daemon/x.ts',
      "import { type A } from '../host/a.ts';",
    ],
    'a daemon that passes the host on': ['src/daemon/x.ts', "export { a } from '../host/a.ts';"],
    'a daemon that loads chokidar at start': ['src/daemon/x.ts', "import { watch } from 'chokidar';"],
    'a publisher that knows the daemon': ['src/publish/x.ts', "import type { A } from '../daemon/a.ts';"],
    'a daemon that prints': ['src/daemon/x.ts', "import { a } from '../cli/a.ts';"],
    'a main that loads a command at start': [
      'src/main.ts',
      "import { main } from './cli/commands/commands.ts';",
    ],
    'a file outside the layers': ['src/x.ts', "import { a } from './core/a.ts';"],
    'a name made at run time': ['src/cli/x.ts', 'await import(name);'],
  };
  for (const [what, [file, text]] of Object.entries(refused)) {
    test(what, () => assert.equal(forbidden(importsIn(file, text)).length, 1));
  }

  test('a circle of three', () => {
    const uses = ['ab', 'bc', 'ca'].map(([from = '', to = '']): Import => ({ from, to, kind: 'type' }));
    assert.deepEqual(circle(uses), ['a', 'b', 'c', 'a']);
    assert.equal(circle(uses.slice(1)), null);
  });
});
