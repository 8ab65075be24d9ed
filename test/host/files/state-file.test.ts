import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { State } from '../../../src/core/report/state-file.ts';
import { loadState, saveState } from '../../../src/host/files/state-file.ts';
import { scratch } from '../scratch.ts';

const state = (canary: readonly string[]): State => ({
  schema: 1,
  bootId: 'boot',
  entries: [{ name: 'q\xff', dev: 1, ino: 2, ctimeMs: 3.25, interpreter: null }],
  canary,
  adopted: [],
  stores: [],
});

test('what was saved is loaded, in a directory that did not exist', async () => {
  const dir = join(scratch(), 'run');
  assert.deepEqual(await loadState(dir, 'boot'), { state: null, setAside: null });
  assert.deepEqual(await saveState(dir, state(['a'])), { ok: true });
  assert.deepEqual(await loadState(dir, 'boot'), { state: state(['a']), setAside: null });
  assert.deepEqual(readdirSync(dir), ['state.json']);
});

test('of saves asked for at once the last one holds', async () => {
  const dir = scratch();
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((mark) => saveState(dir, state([mark]))));
  assert.deepEqual((await loadState(dir, 'boot')).state?.canary, ['f']);
});

test('a failed save does not keep the next one from working', async () => {
  const dir = scratch();
  mkdirSync(join(dir, 'state.json'));
  const [failed, next] = await Promise.all([saveState(dir, state([])), saveState(dir, state([]))]);
  assert.equal(!failed.ok && failed.code, 'EISDIR');
  assert.equal(next.ok, false);
  assert.deepEqual(readdirSync(dir), ['state.json']);
});

test('a bad file is set aside with its content, and of many the newest three stay', async () => {
  const dir = scratch();
  for (let n = 1; n <= 5; n++) {
    writeFileSync(join(dir, 'state.json'), `bad ${n}`);
    const loaded = await loadState(dir, 'boot');
    assert.equal(loaded.state, null);
    assert.deepEqual(loaded.setAside?.path, join(dir, `state.json.bad-${n}`));
  }
  const kept = readdirSync(dir).sort();
  assert.deepEqual(kept, ['state.json.bad-3', 'state.json.bad-4', 'state.json.bad-5']);
  assert.equal(readFileSync(join(dir, 'state.json.bad-5'), 'utf8'), 'bad 5');
});

test('something unreadable in its place is set aside as well', async () => {
  const dir = scratch();
  mkdirSync(join(dir, 'state.json'));
  assert.match((await loadState(dir, 'boot')).setAside?.why ?? '', /EISDIR/);
  assert.deepEqual(await saveState(dir, state([])), { ok: true });
});

test('what a killed keeper left half-written goes, what another one writes now stays', async () => {
  const dir = scratch();
  const old = join(dir, '.state.json.0123456789ab.tmp');
  const fresh = '.state.json.0123456789ac.tmp';
  for (const path of [old, join(dir, fresh), join(dir, 'other')]) writeFileSync(path, '');
  utimesSync(old, 1, 1);
  await loadState(dir, 'boot');
  assert.deepEqual(readdirSync(dir).sort(), [fresh, 'other']);
});
