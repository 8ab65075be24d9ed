import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Outcome } from '../../../src/core/outcome.ts';
import { createInstanceLock } from '../../../src/host/lock/instance-lock.ts';
import { lockFile } from '../../../src/host/lock/lock.ts';
import { type Libc, loadLibc } from '../../../src/host/system/libc.ts';

const code = (outcome: Outcome): string => (outcome.ok ? 'ok' : outcome.code);

test('FFI and flock(1) take the same locks', async (t) => {
  const libc = await loadLibc();
  if (libc === null) return t.skip('no FFI here');
  const directory = mkdtempSync(join(tmpdir(), 'lock-'));
  t.after(() => rmdirSync(directory));
  const ways: readonly (readonly [Libc | null, Libc | null])[] = [
    [null, libc],
    [libc, null],
  ];
  for (const [one, other] of ways) {
    const [a, b] = [openSync(directory, 'r'), openSync(directory, 'r')];
    assert.equal(code(lockFile(a, 'exclusive', one)), 'ok');
    assert.equal(code(lockFile(b, 'exclusive', other)), 'EAGAIN');
    assert.equal(code(lockFile(b, 'shared', other)), 'EAGAIN');
    assert.equal(code(lockFile(a, 'none', one)), 'ok');
    assert.equal(code(lockFile(b, 'shared', other)), 'ok');
    assert.equal(code(lockFile(a, 'shared', one)), 'ok');
    assert.equal(code(lockFile(a, 'exclusive', one)), 'EAGAIN');
    closeSync(b);
    assert.equal(code(lockFile(a, 'exclusive', one)), 'ok');
    closeSync(a);
  }
});

test('a missing flock(1) is told as such, not as a lock that somebody holds', (t) => {
  const { PATH } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = '/nonexistent';
  const fd = openSync(tmpdir(), 'r');
  t.after(() => closeSync(fd));
  assert.equal(code(lockFile(fd, 'exclusive', null)), 'ENOTOOL');
});

test('whoever finds the lock of an instance taken is told whether its holder stays', async (t) => {
  const libc = await loadLibc();
  if (libc === null) return t.skip('no FFI here');
  const directory = mkdtempSync(join(tmpdir(), 'lock-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const register = join(directory, 'register');
  writeFileSync(register, '');
  const root = openSync(directory, 'r');
  t.after(() => closeSync(root));
  const [daemon, command] = [0, 1].map(() => createInstanceLock(root, Buffer.from(register), libc));
  assert.ok(daemon && command);
  const told = (): unknown => {
    const taken = command.take();
    return taken.ok ? 'taken' : taken.stays;
  };
  assert.equal(daemon.take().ok, true);
  assert.equal(told(), false);
  daemon.stay();
  assert.equal(told(), true);
  daemon.release();
  assert.equal(told(), 'taken');
  assert.equal(daemon.take().ok, false);
  command.release();
  assert.equal(daemon.take().ok, true);
  assert.equal(told(), true, 'every lock of one that stays says so');
  daemon.release();
  assert.equal(libc.isMarked(openSync(register, 'r')), false, 'nothing of it is left');
});
