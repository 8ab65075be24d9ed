import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn } from '../../src/core/in-turn.ts';

test('work runs one at a time in the order of the calls, and each call yields its own result', async () => {
  const queue = inTurn();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} ends`);
    return name;
  };
  const all = [queue(work('a')), queue(work('b')), queue(() => 3)];
  assert.deepEqual(seen, [], 'nothing begins within the call');
  assert.deepEqual(await Promise.all(all), ['a', 'b', 3]);
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a failure is that of its caller alone', async () => {
  const queue = inTurn();
  const first = queue(() => {
    throw new Error('no');
  });
  const second = queue(async () => 2);
  await assert.rejects(first, /no/);
  assert.equal(await second, 2);
  assert.equal(await queue(() => 3), 3);
});
