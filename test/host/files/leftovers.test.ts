import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryBeside } from '../../../src/host/files/atomic-file.ts';
import { removeLeftovers } from '../../../src/host/files/leftovers.ts';
import { createStore } from '../../../src/host/store/store.ts';
import { scratch } from '../scratch.ts';

test('what a killed process left goes, what may still be written to and what is not ours stays', async () => {
  const dir = scratch();
  const old = temporaryBeside(join(dir, 'qemu-arm'));
  const young = temporaryBeside(join(dir, 'qemu-arm'));
  const theirs = join(dir, '.something.tmp');
  for (const path of [old, young, theirs]) writeFileSync(path, '');
  for (const path of [old, theirs]) utimesSync(path, 1, 1);
  await removeLeftovers(dir);
  assert.deepEqual(
    readdirSync(dir)
      .map((name) => join(dir, name))
      .sort(),
    [young, theirs].sort(),
  );
});

test('a directory that is not there is no fault', () => removeLeftovers('/nonexistent/store'));

test('deploying anything clears the store first, so that a crash loop does not fill it', async () => {
  const dir = join(scratch(), 'store');
  mkdirSync(dir);
  const old = temporaryBeside(join(dir, 'qemu-arm'));
  writeFileSync(old, 'half a copy');
  utimesSync(old, 1, 1);
  await createStore(dir).deploy('/nonexistent', 'qemu-arm');
  assert.deepEqual(readdirSync(dir), []);
});
