import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../src/core/config/config.ts';
import { clock } from '../../../src/host/system/clock.ts';
import { serving } from '../../../src/keeper/account/serving.ts';
import type { KeptView } from '../../../src/keeper/kept/kept-problems.ts';
import { emptyWorld } from '../../../src/keeper/prepare/world.ts';
import { createAvailability } from '../../../src/keeper/record/availability.ts';
import { createMemory } from '../../../src/keeper/record/memory.ts';
import { createCounters } from '../../../src/keeper/record/totals.ts';
import { createRepair } from '../../../src/keeper/repair/repair.ts';
import { handClock } from '../../fake/clock.ts';
import { MemoryKernel } from '../../fake/memory-kernel.ts';

describe('the counters', () => {
  it('put a value into the first bucket whose bound it does not exceed', () => {
    const counters = createCounters(handClock());
    for (const ms of [0.1, 0.3, 0.31, 10, 5000]) counters.healed('a', 'missing', ms);
    const { healMs } = counters.read();
    assert.deepEqual(healMs.bounds, [0.3, 1, 5, 10, 1000]);
    assert.deepEqual(healMs.counts, [2, 1, 0, 1, 0, 1]);
    assert.equal(healMs.sum, 5010.71);
  });

  it('call it a flush when all that is wanted is gone within one look or a few at once', () => {
    const counters = createCounters(handClock());
    counters.gone('a', 1000, 3);
    counters.gone('b', 1000, 3);
    assert.equal(counters.read().flushes, 0);
    counters.gone('c', 1100, 3);
    assert.equal(counters.read().flushes, 1);
    for (const at of [5000, 6000, 7000]) counters.gone(`d${at}`, at, 3);
    for (const at of [9000, 9001, 9002]) counters.gone('the same', at, 3);
    counters.gone('the only one', 20_000, 1);
    assert.equal(counters.read().flushes, 1);
  });

  it('give out what does not change any more', () => {
    const counters = createCounters(handClock());
    counters.failed('a', 'ENOENT');
    const before = counters.read();
    counters.failed('a', 'ENOENT');
    assert.deepEqual(before.failures, [{ handler: 'a', code: 'ENOENT', count: 1 }]);
    assert.deepEqual(counters.read().failures, [{ handler: 'a', code: 'ENOENT', count: 2 }]);
  });

  it('remember when a reload was right while others are wrong', () => {
    const counters = createCounters(handClock());
    const { goodAt } = counters.read().reload;
    counters.reloaded(false);
    assert.deepEqual(counters.read().reload, { ok: false, goodAt });
    counters.reloaded(true);
    assert.equal(counters.read().reload.ok, true);
  });

  it('stop at ever new names', () => {
    const counters = createCounters(handClock());
    for (let at = 0; at < 10_000; at += 1) counters.healed(`name-${at}`, 'missing', 1);
    assert.ok(counters.read().heals.length <= 2000);
  });
});

describe('the time without a handler', () => {
  const now = Math.floor(clock.now());

  it('runs from the first word of a loss, however often it is told, until it serves', () => {
    const losses: number[] = [];
    const one = createAvailability(clock, new Map(), () => losses.push(1));
    one.up('a', now - 9000);
    one.down('a', now - 5000, true);
    one.down('a', now - 4000, true);
    assert.ok(one.of('a').unavailableMs >= 5000);
    assert.equal(one.up('a', now - 3000), 2000);
    assert.equal(one.of('a').unavailableMs, 2000);
    one.down('a', now - 2000, true);
    one.up('a', now - 1500);
    assert.equal(one.of('a').unavailableMs, 2500);
    assert.equal(losses.length, 2);
    assert.ok(Math.abs((one.of('a').lostAt ?? 0) - (clock.wall() - 2000)) < 1000);
  });

  it('does not run for an adopted entry that nobody ever made', () => {
    const opened = new MemoryKernel().open();
    const parsed = parseConfig({ env: {}, flags: {} });
    assert.ok(opened.ok && parsed.ok);
    const stage = {
      config: parsed.config,
      world: emptyWorld,
      repair: createRepair(opened.instance, emptyWorld.desired, createMemory()),
    };
    const kept = (name: string, known: KeptView['registration']): KeptView => ({
      kept: { name, adopted: true, declared: null },
      entry: null,
      state: 'missing',
      why: '',
      due: 'nothing',
      registration: known,
    });
    const matcher = { kind: 'extension', extension: 'x' } as const;
    const known = { name: 'lost', matcher, interpreter: '/bin/x', flags: '' };
    assert.deepEqual(serving(stage, [kept('never-seen', null), kept('lost', known)], { of: () => null }), [
      { handler: 'lost', serves: false },
    ]);
  });

  it('runs for what never served, which was not lost', () => {
    const one = createAvailability(clock, new Map(), assert.fail);
    one.settle([{ handler: 'a', serves: false }], now - 1000);
    assert.ok(one.of('a').unavailableMs >= 1000);
    assert.equal(one.of('a').lostAt, null);
  });

  it('ends for what is not wanted any more', () => {
    const one = createAvailability(clock, new Map(), () => {});
    one.settle(
      [
        { handler: 'a', serves: false },
        { handler: 'b', serves: true },
      ],
      now - 1000,
    );
    one.settle([{ handler: 'b', serves: true }], now - 500);
    assert.equal(one.of('a').unavailableMs, 500);
    one.settle([{ handler: 'b', serves: false }], now - 100);
    assert.ok(one.of('b').unavailableMs >= 100);
  });

  it('goes on where it was when what was uninstalled is wanted again, as the number of heals does', () => {
    const one = createAvailability(clock, new Map(), () => {});
    one.up('a', now - 9000);
    one.down('a', now - 8000, true);
    one.up('a', now - 7976);
    one.settle([], now - 6000);
    one.settle([{ handler: 'a', serves: true }], now - 1000);
    assert.equal(one.of('a').unavailableMs, 24);
  });

  it('is forgotten of what is not wanted any more when there are too many', () => {
    const one = createAvailability(clock, new Map(), () => {});
    for (let at = 0; at < 5000; at += 1) {
      one.settle([{ handler: `n${at}`, serves: false }], now - 5000 + at);
      one.settle([], now - 5000 + at + 1);
    }
    const known = Array.from({ length: 5000 }, (_, at) => one.of(`n${at}`).unavailableMs);
    assert.ok(known.filter((ms) => ms > 0).length <= 2001);
  });

  it('is none for an earlier daemon, but when it was lost stays known', () => {
    const one = createAvailability(clock, new Map([['a', 123]]), () => {});
    assert.deepEqual(one.of('a'), { lostAt: 123, unavailableMs: 0 });
    one.up('a', now);
    assert.equal(one.of('a').lostAt, 123);
    assert.deepEqual([...one.losses()], [['a', 123]]);
  });
});
