import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchFiles } from '../../../src/daemon/watch/watch-files.ts';
import { pause, until } from '../../e2e/until.ts';
import { scratch } from '../../host/scratch.ts';

test('what the keeper itself notes down in the store does not wake it; an interpreter does', async (t) => {
  const store = scratch();
  let woken = 0;
  const files = await watchFiles([store], () => {
    woken += 1;
  });
  t.after(files.close);
  await pause(300);
  for (const name of ['manifest.json', 'hashes.json', 'used.json']) writeFileSync(join(store, name), '{}');
  await pause(1000);
  assert.equal(woken, 0);
  writeFileSync(join(store, 'qemu-aarch64'), '');
  await until('the interpreter to be seen', () => (woken > 0 ? true : null));
});
