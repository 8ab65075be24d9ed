import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Repaired } from '../../../src/keeper/repair/repair.ts';
import { createTurns } from '../../../src/keeper/repair/turns.ts';

const nothing: Repaired = { results: [], again: null };

test('the first event of a turn repairs our own names at once, and all events share one look at the rest', (t) => {
  const bed = testBed(t);
  for (let event = 0; event < 100; event += 1) bed.turns.look();
  assert.deepEqual(bed.calls, ['own']);
  t.mock.timers.tick(1);
  assert.deepEqual(bed.calls, ['own', 'full']);
  bed.turns.look();
  assert.deepEqual(bed.calls, ['own', 'full', 'own']);
});

test('the entry that an event named is told to the repair', (t) => {
  const bed = testBed(t);
  bed.turns.look('keeper-aarch64');
  assert.deepEqual(bed.hints, ['keeper-aarch64']);
});

test('a timer looks at everything at once', (t) => {
  const bed = testBed(t);
  bed.turns.lookAtAll();
  assert.deepEqual(bed.calls, ['full']);
});

test('a handler that is held back is looked at again when its pause ends, by one timer', (t) => {
  const bed = testBed(t);
  bed.answer = { results: [], again: 80 };
  bed.turns.lookAtAll();
  bed.turns.lookAtAll();
  bed.answer = nothing;
  t.mock.timers.tick(79);
  assert.equal(bed.calls.length, 2);
  t.mock.timers.tick(1);
  assert.equal(bed.calls.length, 3);
  t.mock.timers.tick(1000);
  assert.equal(bed.calls.length, 3);
});

test('a pause that is still on after its timer gets another one', (t) => {
  const bed = testBed(t);
  bed.answer = { results: [], again: 50 };
  bed.turns.lookAtAll();
  t.mock.timers.tick(50);
  t.mock.timers.tick(50);
  assert.equal(bed.calls.length, 3);
});

test('after close nothing is repaired, whatever was planned', (t) => {
  const bed = testBed(t);
  bed.answer = { results: [], again: 50 };
  bed.turns.look();
  bed.turns.close();
  bed.turns.look();
  bed.turns.lookAtAll();
  t.mock.timers.tick(1);
  assert.deepEqual(bed.calls, ['own']);
});

test('a look that fails by an exception is told and repeated, whatever started it', (t) => {
  const bed = testBed(t);
  bed.breaks = true;
  bed.turns.look();
  t.mock.timers.tick(1);
  assert.equal(bed.faults.length, 2);
  bed.breaks = false;
  bed.calls.length = 0;
  t.mock.timers.tick(1000);
  assert.deepEqual(bed.calls, ['full']);
  assert.equal(bed.faults.length, 2);
});

test('only a repair that did something is told', (t) => {
  const bed = testBed(t);
  bed.turns.lookAtAll();
  assert.equal(bed.told, 0);
  const task = { key: 'a', reason: 'missing', why: '', steps: [], needs: [] } as const;
  bed.answer = { results: [{ task, registered: new Map(), failed: null, servingAt: null }], again: null };
  bed.turns.lookAtAll();
  assert.equal(bed.told, 1);
});

test('a look that had to put something off is no good pass, one that is merely early is', () => {
  const passes: boolean[] = [];
  let answer: Repaired = { results: [], again: null, held: true };
  const turns = createTurns(
    () => ({ own: () => answer, full: () => answer }),
    () => {},
    () => {},
    () => {},
    (_trigger, ok) => void passes.push(ok),
  );
  turns.lookAtAll();
  answer = { results: [], again: 2000 };
  turns.lookAtAll();
  turns.close();
  assert.deepEqual(passes, [false, true]);
});

function testBed(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
  const bed = {
    calls: [] as string[],
    hints: [] as unknown[],
    answer: nothing,
    told: 0,
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
  const turns = createTurns(
    () => repair,
    () => {
      bed.told += 1;
    },
    () => {},
    (error) => bed.faults.push(error),
  );
  return Object.assign(bed, { turns });
}
