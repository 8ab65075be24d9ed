import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Handler } from '../../src/core/plan/handler.ts';
import { clock } from '../../src/host/system/clock.ts';
import { createHealLog } from '../../src/keeper/heal-log.ts';
import { emptyWorld } from '../../src/keeper/prepare/world.ts';
import { createAvailability } from '../../src/keeper/record/availability.ts';
import { createHistory } from '../../src/keeper/record/history.ts';
import { createProblemBoard } from '../../src/keeper/record/problem-board.ts';
import { createCounters } from '../../src/keeper/record/totals.ts';
import type { TaskResult } from '../../src/keeper/repair/apply.ts';
import { until } from '../e2e/until.ts';

const handlers = ['a', 'b'].map(
  (key): Handler => ({
    key,
    platforms: [],
    registration: {
      name: key,
      matcher: { kind: 'extension', extension: key },
      interpreter: '/bin/x',
      flags: '',
    },
    interpreter: null,
    samples: [],
  }),
);
const world = { ...emptyWorld, desired: { ...emptyWorld.desired, handlers } };

test('a flush after which nothing can be registered is one flush, however often it is tried', () => {
  const bed = testBed();
  for (let at = 1; at <= 5; at += 1) bed.note('EROFS', at * 30_000);
  assert.equal(bed.counters.read().flushes, 1);
  assert.deepEqual(
    bed.counters.read().failures.map((one) => one.count),
    [5, 5],
  );
  assert.deepEqual(bed.counters.read().heals, []);
  bed.note(null, 180_000);
  assert.equal(bed.counters.read().flushes, 1);
  assert.equal(bed.counters.read().heals.length, 2);
  bed.note(null, 210_000);
  assert.equal(bed.counters.read().flushes, 2);
});

test('a flush of what somebody else brought back meanwhile is one more', () => {
  const bed = testBed();
  bed.note('EROFS', 30_000);
  for (const { key } of handlers) bed.availability.up(key, 40_000);
  bed.note('EROFS', 60_000);
  assert.equal(bed.counters.read().flushes, 2);
});

test('a flush is one line, in one look or in several, with the longest time', () => {
  const bed = testBed();
  const now = clock.now();
  bed.note(null, now);
  bed.log.flush();
  assert.match(bed.said().join('\n'), /^all 2 handlers were removed at once and came back in \S+ ms$/);
  for (const handler of handlers) bed.noteOf([handler], null, clock.now());
  bed.log.flush();
  assert.match(bed.said().join('\n'), /^all 2 handlers were removed at once and came back in \S+ ms$/);
});

test('a single loss is told by its platform or name, one that returns again and again with its number', () => {
  const bed = testBed();
  const [first] = handlers;
  assert.ok(first !== undefined);
  bed.noteOf([first], null, clock.now());
  bed.log.flush();
  assert.match(bed.said().join('\n'), /^a was removed and came back in \S+ ms$/);
  for (let at = 0; at < 3; at += 1) bed.noteOf([first], null, clock.now());
  bed.log.flush();
  assert.match(bed.said().join('\n'), /^a was removed 3 times and came back in \S+ ms$/);
});

test('heals that follow within a moment are told without being asked for', async () => {
  const bed = testBed();
  bed.note(null, clock.now());
  assert.deepEqual(bed.said(), []);
  await until('the line', () => bed.said()[0] ?? null);
});

function testBed() {
  let lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  const counters = createCounters(clock);
  const availability = createAvailability(clock, new Map(), () => {});
  const board = createProblemBoard(logger, () => {});
  const log = createHealLog(logger, clock, {
    history: createHistory([], () => {}),
    board,
    counters,
    availability,
  });
  const result = (handler: Handler, code: string | null, at: number): TaskResult => {
    const { key } = handler;
    const step = { action: 'register', name: handler.registration.name, handler } as const;
    return {
      task: { key, reason: 'missing', why: 'no entry', steps: [step], needs: [] },
      registered: new Map(),
      failed: code === null ? null : { step, code, message: code },
      servingAt: code === null ? at : null,
    };
  };
  const noteOf = (those: readonly Handler[], code: string | null, at: number): void =>
    log.note(
      those.map((handler) => result(handler, code, at)),
      world,
      at,
      'loss',
    );
  return {
    counters,
    availability,
    log,
    said: (): string[] => {
      const all = lines;
      lines = [];
      return all;
    },
    noteOf,
    note: (code: string | null, at: number): void => noteOf(handlers, code, at),
  };
}
