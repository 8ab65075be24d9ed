import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merged } from '../../src/core/merged.ts';

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

test('a call between two runs begins no second one beside the next', async () => {
  let running = 0;
  let most = 0;
  const call = merged(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
  });
  const first = call();
  // Called where the first has just ended, and the second, asked for below, has not begun.
  const between = first.then(() => call());
  const second = call();
  await Promise.all([between, second]);
  assert.equal(most, 1);
});

test('what merged calls ask for is joined, and each fails with the run that served it', async () => {
  const asked: string[] = [];
  const call = merged<string>(
    async (what) => {
      await new Promise(setImmediate);
      asked.push(what);
      if (what.includes('bad')) throw new Error(what);
    },
    (before, now) => `${before}+${now}`,
  );
  const [first, second, third] = [call('a'), call('b'), call('bad')];
  await first;
  await assert.rejects(second, /b\+bad/);
  await assert.rejects(third, /b\+bad/);
  await call('c');
  assert.deepEqual(asked, ['a', 'b+bad', 'c']);
});
