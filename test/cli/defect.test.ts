import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratch } from '../host/scratch.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

/** A platform on which something that never fails does. */
const broken = `Object.defineProperty(process.stdout, 'isTTY', {
  get() { throw new TypeError('a\\n defect'); },
});`;

test('of a defect the fault itself comes last, in one line, and its stack before', () => {
  const preload = join(scratch(), 'broken.mjs');
  writeFileSync(preload, broken);
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '--import', preload, main, 'status', '--help'],
    { encoding: 'utf8' },
  );
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines.at(-1), 'binfmt-keeper: internal error: TypeError: a defect', stderr);
  assert.match(lines[0] ?? '', /a defect; for a report of it:$/);
  assert.match(lines[1] ?? '', /^ +at /);
  assert.equal(status, 1);
});
