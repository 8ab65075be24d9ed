import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { interpretersInUse } from '../../../src/host/store/use.ts';
import { scratch } from '../scratch.ts';

const seesAll = canSeeAll();

/** Where one process hides its program, as a supervisor of this machine may, nothing can be said of the rest. */
function canSeeAll(): boolean {
  if (readlinkSync('/proc/self/ns/pid') !== 'pid:[4026531836]') return false;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .every((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/exe`) !== '';
      } catch (error) {
        return error instanceof Error && 'code' in error && error.code !== 'EACCES';
      }
    });
}

test('an interpreter that a process runs is in use until it ends, deleted or not', async (t) => {
  if (!seesAll) return t.skip("needs a view of all the host's processes");
  const dir = scratch();
  const path = join(dir, 'running');
  copyFileSync('/bin/sleep', path);
  chmodSync(path, 0o755);
  const child = spawn(path, ['60']);
  try {
    await new Promise((resolve) => child.once('spawn', resolve));
    assert.ok((await interpretersInUse(dir, 'boot', [])).has(path));
  } finally {
    child.kill('SIGKILL');
  }
  await new Promise((resolve) => child.once('exit', resolve));
  assert.ok(!(await interpretersInUse(dir, 'boot', [])).has(path));
});

test('where processes cannot be seen, whatever was registered on this boot stays in use until the next', async (t) => {
  if (seesAll)
    return t.skip('all processes can be seen here: the end to end tests show it in a user namespace');
  const dir = scratch();
  await interpretersInUse(dir, 'boot-1', ['/s/old']);
  assert.deepEqual([...(await interpretersInUse(dir, 'boot-1', ['/s/new']))].sort(), ['/s/new', '/s/old']);
  assert.deepEqual([...(await interpretersInUse(dir, 'boot-2', ['/s/new']))], ['/s/new']);
});

test('what is registered now is written down for a later look', async () => {
  const dir = scratch();
  await interpretersInUse(dir, 'boot', ['/s/one']);
  await interpretersInUse(dir, 'boot', ['/s/two']);
  assert.deepEqual(JSON.parse(readFileSync(join(dir, 'used.json'), 'utf8')).paths, ['/s/one', '/s/two']);
});

test('where it cannot be written down everything counts as used', async () => {
  const dir = scratch();
  mkdirSync(join(dir, 'used.json'));
  assert.ok((await interpretersInUse(dir, 'boot', ['/s/one'])).has('/anything'));
});

test('a damaged list is an empty one', async () => {
  const dir = scratch();
  writeFileSync(join(dir, 'used.json'), '{"paths":');
  assert.ok((await interpretersInUse(dir, 'boot', ['/s/one'])).has('/s/one'));
});
