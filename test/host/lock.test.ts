import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadLibc } from '../../src/host/libc.ts';
import { lockExclusive } from '../../src/host/lock.ts';

test('FFI and flock(1) take the same lock', async (t) => {
  const libc = await loadLibc();
  if (libc === null) return t.skip('no FFI here');
  const directory = mkdtempSync(join(tmpdir(), 'lock-'));
  const [a, b] = [openSync(directory, 'r'), openSync(directory, 'r')];
  t.after(() => rmdirSync(directory));
  assert.equal(lockExclusive(a, null).ok, true);
  const held = lockExclusive(b, libc);
  assert.equal(held.ok ? 'ok' : held.code, 'EAGAIN');
  closeSync(a);
  assert.equal(lockExclusive(b, libc).ok, true);
  closeSync(b);
});

test('a missing flock(1) is told as such, not as a lock that somebody holds', (t) => {
  const { PATH } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = '/nonexistent';
  const fd = openSync(tmpdir(), 'r');
  t.after(() => closeSync(fd));
  const locked = lockExclusive(fd, null);
  assert.equal(locked.ok ? 'ok' : locked.code, 'ENOENT');
});
