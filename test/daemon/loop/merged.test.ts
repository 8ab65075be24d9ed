import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merged } from '../../../src/daemon/loop/merged.ts';

test('calls made while work runs are one more run after it', async () => {
  const ends: (() => void)[] = [];
  let runs = 0;
  const call = merged(() => {
    runs += 1;
    return new Promise((resolve) => {
      ends.push(resolve);
    });
  });
  const first = call();
  const [second, third] = [call(), call()];
  assert.equal(runs, 1);
  ends[0]?.();
  await first;
  await new Promise(setImmediate);
  assert.equal(runs, 2);
  assert.equal(second, third);
  ends[1]?.();
  await Promise.all([second, third]);
  assert.equal(runs, 2);
});

test('work that fails does not keep the next from running', async () => {
  let runs = 0;
  const call = merged(async () => {
    runs += 1;
    if (runs === 1) throw new Error('no');
  });
  const first = call();
  const second = call();
  await assert.rejects(first);
  await second;
  assert.equal(runs, 2);
});
