import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { probeBytes } from '../../../src/host/probe/files.ts';
import { bootId, hostArchitecture, initialUserNamespace } from '../../../src/host/system/identity.ts';
import { requireKernel } from '../../kernel.ts';
import { inNamespace } from '../namespace.ts';
import { scratch } from '../scratch.ts';

const ran = (target: string) => {
  const path = join(scratch(), target);
  writeFileSync(path, probeBytes(target) ?? '');
  return hostArchitecture(path);
};

test('the program that runs this test is native', () => {
  assert.equal(hostArchitecture().emulated, false);
});

test('where another program than this Node runs, the view is an emulated one', () => {
  assert.deepEqual(ran('s390x'), { machine: 22, class: 64, data: 'big', emulated: process.arch !== 's390x' });
  const arm = { machine: 40, class: 32, data: 'little', emulated: process.arch !== 'arm' };
  assert.deepEqual(ran('arm'), arm);
});

test('a boot has one id', () => {
  assert.match(bootId(), /^[0-9a-f-]{36}$/);
  assert.equal(bootId(), bootId());
});

test('a private user namespace is not the initial one', async (t) => {
  if (!requireKernel(t)) return;
  assert.deepEqual(await inNamespace('call system/identity initialUserNamespace'), [false]);
  assert.equal(typeof initialUserNamespace(), 'boolean');
});
