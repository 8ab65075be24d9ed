import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Curable } from '../../../src/keeper/prepare/curable.ts';
import { createRetry } from '../../../src/keeper/prepare/retry.ts';
import { handClock } from '../../fake/clock.ts';

test('what is wrong is tried again with pauses that double up to half a minute', async () => {
  const bed = testBed('yes');
  const at: number[] = [];
  for (let second = 1; second <= 122; second++) {
    const before = bed.works;
    await bed.tick(1000);
    if (bed.works > before) at.push(second);
  }
  assert.deepEqual(at, [1, 3, 7, 15, 31, 61, 91, 121]);
});

test('what is cured is left alone', async () => {
  const bed = testBed('yes');
  bed.next = 'no';
  await bed.tick(1000);
  await bed.tick(600_000);
  bed.retry.stir();
  await bed.tick(600_000);
  assert.equal(bed.works, 1);
});

test('where only a version is not known it is asked for once a minute, and nothing that stirs matters', async () => {
  const bed = testBed('slowly');
  bed.retry.stir();
  await bed.tick(59_000);
  assert.equal(bed.works, 0);
  await bed.tick(1000);
  assert.equal(bed.works, 1);
});

test('something that stirs without end has no effect while nothing is wrong, and little while something is', async () => {
  const bed = testBed('no');
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

test('after the end nothing is tried', async () => {
  const bed = testBed('yes');
  bed.retry.close();
  bed.retry.stir();
  bed.retry.settle('yes', []);
  await bed.tick(600_000);
  assert.equal(bed.works, 0);
});

function testBed(state: Curable) {
  const clock = handClock();
  const bed = { works: 0, next: state };
  const retry = createRetry(
    clock,
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
      clock.tick(ms);
      await new Promise(setImmediate);
    },
  });
}
