import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../../src/core/config/config.ts';
import { architectureOf } from '../../../src/core/platforms/catalogue.ts';
import type { Machine } from '../../../src/host/machine.ts';
import type { TriedPlace } from '../../../src/host/store/interpreters.ts';
import { createObtain } from '../../../src/keeper/prepare/obtain.ts';
import { handClock } from '../../fake/clock.ts';

const arm64 = architectureOf('aarch64');

test('a directory whose name says that it does not answer is one in which nothing lies', async () => {
  const path = '/srv/it does not answer within 5 ms/qemu-aarch64';
  const problem = await obtained([{ path, code: 'missing', message: `${path}: not there` }]);
  assert.equal(problem.code, 'source-missing');
  assert.equal(problem.subject, 'aarch64');
});

test('a place that does not answer is named before those where nothing lies', async () => {
  const missing = ['/a', '/b', '/c'].map(
    (path): TriedPlace => ({
      ...{ path, code: 'missing' },
      message: `${path}: not there`,
    }),
  );
  const hung: TriedPlace = { path: '/d', code: 'hung', message: '/d is silent' };
  const problem = await obtained([...missing, hung]);
  assert.equal(problem.code, 'hung-path');
  assert.equal(problem.detail, 'no static qemu-aarch64: /d is silent; /a: not there; /b: not there');
});

async function obtained(tried: readonly TriedPlace[]) {
  const machine: Partial<Machine> = {
    clock: handClock(),
    reach: async () => ({ ok: true }),
    findInterpreter: async () => ({ ok: false, tried }),
    createStore: (() => ({})) as unknown as Machine['createStore'],
  };
  const interpreters = { sources: ['/a'], store: '/store', deploy: 'in-place', label: 'auto' };
  const obtain = await createObtain(machine as Machine, { interpreters } as unknown as Config);
  assert.ok(arm64);
  const result = await obtain(arm64);
  assert.ok('code' in result);
  return result;
}
