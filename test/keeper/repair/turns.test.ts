import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Repaired } from '../../../src/keeper/repair/repaired.ts';
import { createTurns } from '../../../src/keeper/repair/turns.ts';
import { handClock } from '../../fake/clock.ts';

const nothing: Repaired = { results: [], again: null };

test('the first event of a turn repairs our own names at once, and all events share one look at the rest', () => {
  const bed = testBed();
  for (let event = 0; event < 100; event += 1) bed.turns.look();
  assert.deepEqual(bed.calls, ['own']);
  bed.tick(1);
  assert.deepEqual(bed.calls, ['own', 'full']);
  bed.turns.look();
  assert.deepEqual(bed.calls, ['own', 'full', 'own']);
});

test('the entry that an event named is told to the repair', () => {
  const bed = testBed();
  bed.turns.look('keeper-aarch64');
  assert.deepEqual(bed.hints, ['keeper-aarch64']);
});

test('a timer looks at everything at once', () => {
  const bed = testBed();
  bed.turns.lookAtAll();
  assert.deepEqual(bed.calls, ['full']);
});

test('a handler that is held back is looked at again when its pause ends, by one timer', () => {
  const bed = testBed();
  bed.answer = { results: [], again: 80 };
  bed.turns.lookAtAll();
  bed.turns.lookAtAll();
  bed.answer = nothing;
  bed.tick(79);
  assert.equal(bed.calls.length, 2);
  bed.tick(1);
  assert.equal(bed.calls.length, 3);
  bed.tick(1000);
  assert.equal(bed.calls.length, 3);
});

test('a pause that is still on after its timer gets another one', () => {
  const bed = testBed();
  bed.answer = { results: [], again: 50 };
  bed.turns.lookAtAll();
  bed.tick(50);
  bed.tick(50);
  assert.equal(bed.calls.length, 3);
});

test('after close nothing is repaired, whatever was planned', () => {
  const bed = testBed();
  bed.answer = { results: [], again: 50 };
  bed.turns.look();
  bed.turns.close();
  bed.turns.look();
  bed.turns.lookAtAll();
  bed.tick(1);
  assert.deepEqual(bed.calls, ['own']);
});

test('a look that fails by an exception is told and repeated, whatever started it', () => {
  const bed = testBed();
  bed.breaks = true;
  bed.turns.look();
  bed.tick(1);
  assert.equal(bed.faults.length, 2);
  bed.breaks = false;
  bed.calls.length = 0;
  bed.tick(1000);
  assert.deepEqual(bed.calls, ['full']);
  assert.equal(bed.faults.length, 2);
});

test('only a repair that did something is told', () => {
  const bed = testBed();
  bed.turns.lookAtAll();
  assert.equal(bed.told, 0);
  const task = { key: 'a', reason: 'missing', why: '', steps: [], needs: [] } as const;
  bed.answer = { results: [{ task, registered: new Map(), failed: null, servingAt: null }], again: null };
  bed.turns.lookAtAll();
  assert.equal(bed.told, 1);
});

test('the occasion belongs to the look: what follows it by itself is a loss again', () => {
  const bed = testBed();
  const task = { key: 'a', reason: 'missing', why: '', steps: [], needs: [] } as const;
  bed.answer = { results: [{ task, registered: new Map(), failed: null, servingAt: null }], again: 50 };
  bed.turns.lookAtAll('configuration', 'configure');
  bed.tick(50);
  bed.turns.look();
  assert.deepEqual(bed.occasions, ['configure', 'loss', 'loss']);
});

test('a look that had to put something off is no good pass, one that is merely early is', () => {
  const passes: boolean[] = [];
  let answer: Repaired = { results: [], again: null, held: true };
  const turns = createTurns({
    clock: handClock(),
    repair: () => ({ own: () => answer, full: () => answer }),
    repaired: () => {},
    looked: () => {},
    failed: () => {},
    passed: (_trigger, ok) => void passes.push(ok),
  });
  turns.lookAtAll();
  answer = { results: [], again: 2000 };
  turns.lookAtAll();
  turns.close();
  assert.deepEqual(passes, [false, true]);
});

function testBed() {
  const bed = {
    calls: [] as string[],
    hints: [] as unknown[],
    answer: nothing,
    told: 0,
    occasions: [] as string[],
    breaks: false,
    faults: [] as unknown[],
  };
  const repair = {
    own: (_now: number, hint?: string) => {
      bed.calls.push('own');
      bed.hints.push(hint);
      if (bed.breaks) throw new Error('EMFILE');
      return bed.answer;
    },
    full: () => {
      bed.calls.push('full');
      if (bed.breaks) throw new Error('EMFILE');
      return bed.answer;
    },
  };
  const clock = handClock();
  const turns = createTurns({
    clock,
    repair: () => repair,
    repaired: (_repaired, _since, occasion) => {
      bed.told += 1;
      bed.occasions.push(occasion);
    },
    looked: () => {},
    failed: (error) => bed.faults.push(error),
    passed: () => {},
  });
  return Object.assign(bed, { turns, tick: clock.tick });
}
