import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { importsIn, root, sourcesBelow } from './imports.ts';

const whole = 'src/host/machine.ts';

/** Who puts things together: what lies in the folder of a layer itself, and the commands. */
const wires = (file: string): boolean =>
  /^src\/(keeper|daemon)\/[^/]+$|^src\/cli\/|^src\/main\.ts$/.test(file);

function takesAll(file: string, text: string): boolean {
  return !wires(file) && importsIn(file, text).some(({ to }) => to === whole);
}

test('nobody but the wiring takes the whole machine', () => {
  const files = sourcesBelow('src');
  assert.ok(files.some((file) => file === whole));
  assert.deepEqual(
    files.filter((file) => takesAll(file, readFileSync(join(root, file), 'utf8'))),
    [],
  );
});

test('the machine is all facets, and nothing else', () => {
  const texts = new Map(sourcesBelow('src').map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const facets = [...texts].flatMap(([file, text]) =>
    file.endsWith('/facet.ts')
      ? [...text.matchAll(/^export interface (\w+)/gm)].map(([, name]) => name ?? '')
      : [],
  );
  const machine = /interface Machine\s+extends ([^{]*)\{/.exec(texts.get(whole) ?? '')?.[1] ?? '';
  assert.deepEqual(
    machine
      .split(',')
      .map((name) => name.trim())
      .sort(),
    facets.sort(),
  );
});

describe('the rule can fail', () => {
  const text = "import type { Machine } from '../../host/machine.ts';";
  for (const file of ['src/keeper/prove/x.ts', 'src/daemon/http/x.ts', 'src/host/net/x.ts'])
    test(file, () => assert.ok(takesAll(file, text)));
  test('not for a publisher either', () =>
    assert.ok(takesAll('src/publish/x.ts', "import type { Machine } from '../host/machine.ts';")));
  test('but for the wiring', () => {
    assert.ok(!takesAll('src/daemon/x.ts', "import type { Machine } from '../host/machine.ts';"));
  });
});
