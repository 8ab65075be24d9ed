import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { calm, healed, isStorm, type Storm, wait } from '../../../src/core/plan/storm.ts';

const heal = (times: readonly number[], from: Storm = calm): Storm => times.reduce(healed, from);
const every = (ms: number, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, at) => from + at * ms);

test('20 heals within 10 s make a storm, 19 do not', () => {
  assert.equal(wait(heal(every(1, 19)), 19), 0);
  assert.equal(wait(heal(every(1, 20)), 20), 99);
});

test('heals that 10 s never see 20 of are no storm, however long they go on', () => {
  const storm = heal(every(530, 500));
  assert.equal(isStorm(storm, 500 * 530), false);
});

test('in a storm 100 ms lie between two heals', () => {
  const storm = heal(every(1, 20));
  assert.equal(wait(storm, 19), 100);
  assert.equal(wait(storm, 118), 1);
  assert.equal(wait(storm, 119), 0);
});

test('a storm ends with a quiet minute, not earlier, and the next one needs 20 heals again', () => {
  const storm = heal(every(1, 20));
  assert.equal(isStorm(storm, 19 + 59_999), true);
  assert.equal(isStorm(storm, 19 + 60_000), false);
  // One heal each 30 s is far from a storm, but no quiet minute either.
  assert.equal(isStorm(heal(every(30_000, 10, 30_000), storm), 301_000), true);
  const after = heal(every(1, 19, 100_000), storm);
  assert.equal(wait(after, 100_019), 0);
  assert.equal(wait(healed(after, 100_019), 100_019), 100);
});

test('whoever waits as told heals at most 20 times and then ten times a second', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 300 }), (pauses) => {
      let now = 0;
      let storm = calm;
      const done: number[] = [];
      for (const pause of pauses) {
        now += pause;
        if (wait(storm, now) > 0) continue;
        storm = healed(storm, now);
        done.push(now);
      }
      for (const [at, time] of done.entries()) {
        if (done.slice(0, at).filter((t) => time - t < 10_000).length >= 20) {
          const last = done[at - 1] ?? 0;
          assert.ok(time - last >= 100, `${last} and ${time}`);
        }
      }
      assert.ok(storm.heals.length <= 20);
    }),
  );
});
