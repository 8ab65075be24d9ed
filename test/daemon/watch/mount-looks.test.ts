import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createMountLooks } from '../../../src/daemon/watch/mount-looks.ts';

test('a first change is looked at at once, whoever it concerns', async (t) => {
  for (const ours of [true, false]) {
    const bed = testBed(t, 12);
    bed.looks.noticed(ours);
    await bed.pass(1);
    assert.deepEqual(bed.begun, [1]);
    t.mock.timers.reset();
  }
});

test('the longer the table, the rarer the looks at it for what others do', async (t) => {
  for (const [took, most] of [
    [0, 40],
    [12, 17],
    [30, 7],
  ] as const) {
    const bed = testBed(t, took);
    for (let ms = 0; ms < 10_000; ms += 5) {
      bed.looks.noticed(false);
      await bed.pass(5);
    }
    assert.ok(bed.begun.length <= most && bed.begun.length >= most - 2, `${bed.begun.length} at ${took} ms`);
    t.mock.timers.reset();
  }
});

test('in the midst of what others do a change of ours is looked at soon', async (t) => {
  const bed = testBed(t, 12);
  bed.looks.noticed(false);
  await bed.pass(200);
  bed.looks.noticed(false);
  bed.looks.noticed(true);
  await bed.pass(1);
  assert.equal(bed.begun.length, 2);
  bed.looks.noticed(true);
  await bed.pass(130);
  assert.equal(bed.begun.length, 2, 'not more than a tenth of the time, whatever happens');
  await bed.pass(5);
  assert.equal(bed.begun.length, 3);
});

test('the last change of many is looked at too, and none after close', async (t) => {
  const bed = testBed(t, 0);
  for (let n = 0; n < 3; n += 1) {
    bed.looks.noticed(false);
    await bed.pass(1);
  }
  await bed.pass(260);
  assert.equal(bed.begun.length, 2);
  bed.looks.noticed(true);
  bed.looks.close();
  bed.looks.noticed(true);
  await bed.pass(1000);
  assert.equal(bed.begun.length, 2);
});

function testBed(t: TestContext, tookMs: number) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const begun: number[] = [];
  const mend = async (): Promise<void> => {
    begun.push(now);
    await new Promise<void>((resolve) => setTimeout(resolve, tookMs));
  };
  const looks = createMountLooks(mend, () => now);
  return {
    looks,
    begun,
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 1) {
        now += 1;
        t.mock.timers.tick(1);
        for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
      }
    },
  };
}
