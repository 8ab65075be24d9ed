import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { settled } from '../../../src/host/files/settled.ts';
import { loadLibc } from '../../../src/host/system/libc.ts';
import { scratch } from '../scratch.ts';

test('a file that somebody has open for writing is waited for, however long he pauses', async (t) => {
  const libc = await loadLibc();
  if (libc === null) return t.skip('no FFI');
  const path = `${scratch()}/file`;
  const writer = openSync(path, 'w');
  writeSync(writer, 'half');
  let waited = true;
  const waiting = settled(path, libc).then(() => {
    waited = false;
  });
  await pause(900);
  assert.equal(waited, true);
  closeSync(writer);
  await waiting;
});

test('readers, files that are not there and those that are no files make nobody wait', async () => {
  const libc = await loadLibc();
  const path = `${scratch()}/file`;
  writeFileSync(path, 'whole');
  const reader = openSync(path, 'r');
  await settled(path, libc);
  closeSync(reader);
  for (const other of ['/dev/null', '/', `${path}.missing`]) await settled(other, libc);
});

test('without FFI a file must have been left alone for a while', async () => {
  const path = `${scratch()}/file`;
  writeFileSync(path, 'whole');
  await settled(path, null);
  assert.ok(Date.now() - statSync(path).mtimeMs >= 400);
});
