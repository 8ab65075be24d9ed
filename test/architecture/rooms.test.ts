import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { type Import, importsIn, importsOf, root, sourcesBelow } from './imports.ts';
import { circle } from './layers.ts';
import { arrowsOf, roomOf, rooms, tableOf, undeclared } from './rooms.ts';

const files = ['src', 'bench', 'scripts'].flatMap(sourcesBelow);
const arrows = files.flatMap(importsOf).flatMap(arrowsOf);

test('every file lies in a room, every room has files, and none more than twenty', () => {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(roomOf(file), (counts.get(roomOf(file)) ?? 0) + 1);
  assert.deepEqual([...counts.keys()].sort(), Object.keys(rooms).sort());
  assert.deepEqual(
    [...counts].filter(([, count]) => count > 20),
    [],
  );
});

test('a room uses no room but those that its row names', () => {
  assert.deepEqual(undeclared(arrows), []);
});

test('a row names no room that is not used', () => {
  const used = new Set(arrows.map(({ from, to }) => `${roomOf(from)} ${roomOf(to)}`));
  const idle = Object.entries(rooms).flatMap(([room, { uses }]) =>
    uses.filter((other) => !used.has(`${room} ${other}`)).map((other) => `${room} does not use ${other}`),
  );
  assert.deepEqual(idle, []);
});

test('no rooms use each other in a circle', () => {
  const between = arrows.map(({ from, to, kind }) => ({ from: roomOf(from), to: roomOf(to), kind }));
  assert.equal(circle(between), null);
});

test('ARCHITECTURE.md shows this table', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const shown = text.split('\n').filter((line) => /^\| `(src|bench|scripts)[^`]*` \|/.test(line));
  assert.deepEqual(shown, tableOf(rooms), `it should say:\n${tableOf(rooms).join('\n')}`);
});

describe('the rules can fail', () => {
  const arrowsIn = (file: string, text: string): readonly Import[] => importsIn(file, text).flatMap(arrowsOf);
  test('an arrow that no row has, even of a type', () => {
    const arrow = arrowsIn('src/core/text/x.ts', "import type { A } from '../plan/plan.ts';");
    assert.deepEqual(undeclared(arrow), [
      'src/core/text uses src/core/plan: src/core/text/x.ts imports src/core/plan/plan.ts',
    ]);
  });
  test('a file in a room that no row has', () => {
    assert.equal(undeclared(arrowsIn('src/core/new/x.ts', "import { a } from '../outcome.ts';")).length, 1);
  });
  test('a room that is loaded later', () => {
    assert.equal(undeclared(arrowsIn('src/host/net/x.ts', "await import('../probe/probe.ts');")).length, 1);
  });
  test('what lies in the same room, or is a package, is no arrow', () => {
    assert.equal(dirname('src/core/text/x.ts'), roomOf('src/core/text/x.ts'));
    assert.deepEqual(arrowsIn('src/core/text/x.ts', "import './y.ts'; import 'node:fs';"), []);
  });
});
