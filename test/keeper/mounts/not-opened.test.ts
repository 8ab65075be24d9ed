import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodes } from '../../../src/core/exit-codes.ts';
import type { Failure, MountFault } from '../../../src/keeper/mounts/faults.ts';
import { notOpened } from '../../../src/keeper/mounts/not-opened.ts';

/** Paths that say what errnos are called. */
const main = '/srv/EPERM/permission denied/unknown filesystem';
const refused = (code: string, more: Partial<Failure> = {}): Failure => ({
  ...{ ok: false, code, message: `mount ${main}: ${code}` },
  ...more,
});
const missing = (failure: Failure | null): MountFault => ({
  ...{ code: 'main-missing', subject: main, failure, tries: 1 },
});
const absent: Failure = { ok: false, code: 'ENOTBINFMT', message: `${main}: not a binfmt_misc file system` };

test('what cannot be opened is told by what was refused, whatever the paths are called', () => {
  const codes = (failure: Failure | null) => notOpened([missing(failure)], absent).code;
  assert.equal(codes(refused('EIO')), 'instance-missing');
  assert.equal(codes(refused('ENOTOOL')), 'instance-missing');
  assert.equal(codes(null), 'instance-missing');
  assert.equal(codes(refused('EPERM')), 'no-permission');
  assert.equal(codes(refused('EACCES')), 'no-permission');
  assert.equal(codes(refused('ENODEV')), 'no-kernel-support');
  assert.equal(
    notOpened([{ code: 'main-covered', subject: main, by: 'EPERM' }], absent).code,
    'instance-missing',
  );
});

test('a refusal stays one where the manager that was asked next fails in another way', () => {
  const asked = refused('EIO', { refused: 'EPERM' });
  assert.deepEqual(notOpened([missing(asked)], absent), {
    code: 'no-permission',
    exit: exitCodes.notPermitted,
  });
});

test('where nothing was to be mounted, opening tells', () => {
  assert.equal(notOpened([], absent).code, 'instance-missing');
  assert.equal(notOpened([], refused('EACCES')).code, 'no-permission');
});
