import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Curable } from '../../../src/keeper/prepare/curable.ts';
import { createRetry } from '../../../src/keeper/prepare/retry.ts';

test('what is wrong is tried again with pauses that double up to half a minute', async (t) => {
  const bed = testBed(t, 'yes');
  const at: number[] = [];
  for (let second = 1; second <= 122; second++) {
    const before = bed.works;
    await bed.tick(1000);
    if (bed.works > before) at.push(second);
  }
  assert.deepEqual(at, [1, 3, 7, 15, 31, 61, 91, 121]);
});

test('what is cured is left alone', async (t) => {
  const bed = testBed(t, 'yes');
  bed.next = 'no';
  await bed.tick(1000);
  await bed.tick(600_000);
  bed.retry.stir();
  await bed.tick(600_000);
  assert.equal(bed.works, 1);
});

test('where only a version is not known it is asked for once a minute, and nothing that stirs matters', async (t) => {
  const bed = testBed(t, 'slowly');
  bed.retry.stir();
  await bed.tick(59_000);
  assert.equal(bed.works, 0);
  await bed.tick(1000);
  assert.equal(bed.works, 1);
});

test('something that stirs without end has no effect while nothing is wrong, and little while something is', async (t) => {
  const bed = testBed(t, 'no');
  const storm = async (): Promise<void> => {
    for (let ms = 0; ms < 10_000; ms += 10) {
      bed.retry.stir();
      await bed.tick(10);
    }
  };
  await storm();
  assert.equal(bed.works, 0);
  bed.retry.settle('yes', []);
  await storm();
  assert.ok(bed.works > 0 && bed.works <= 11, `${bed.works} times in 10 s`);
});

test('after the end nothing is tried', async (t) => {
  const bed = testBed(t, 'yes');
  bed.retry.close();
  bed.retry.stir();
  bed.retry.settle('yes', []);
  await bed.tick(600_000);
  assert.equal(bed.works, 0);
});

function testBed(t: TestContext, state: Curable) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const bed = { works: 0, next: state };
  const retry = createRetry(
    () => ({ use: async () => {}, close() {} }),
    async () => {
      bed.works += 1;
      retry.settle(bed.next, []);
    },
  );
  retry.settle(state, []);
  return Object.assign(bed, {
    retry,
    async tick(ms: number) {
      now += ms;
      t.mock.timers.tick(ms);
      await new Promise(setImmediate);
    },
  });
}
