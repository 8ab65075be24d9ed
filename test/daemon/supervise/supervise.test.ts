import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Report } from '../../../src/core/report/report.ts';
import { createSupervision, type Supervision } from '../../../src/daemon/supervise/supervise.ts';
import type { Notifier } from '../../../src/host/net/notify.ts';
import { reportLike } from '../../cli/reports.ts';

describe('the supervisor hears', () => {
  test('READY once, after the first pass, with the state in words', (t) => {
    const { supervision, said } = supervised(t);
    assert.deepEqual(said(), []);
    supervision.ready();
    supervision.ready();
    assert.deepEqual(said(), ['READY=1 STATUS=1 handler verified']);
    t.mock.timers.tick(60_000);
    assert.deepEqual(said(), []);
  });

  test('READY ten seconds after the start where the first pass takes longer', (t) => {
    const { supervision, said } = supervised(t, { report: () => null });
    t.mock.timers.tick(9999);
    assert.deepEqual(said(), []);
    t.mock.timers.tick(1);
    assert.deepEqual(said(), ['READY=1 STATUS=starting']);
    supervision.ready();
    assert.deepEqual(said(), []);
  });

  test('READY from whoever stands by: another keeper does the work that others wait for', (t) => {
    const { supervision, said } = supervised(t);
    supervision.standingBy();
    assert.deepEqual(said(), ['READY=1 STATUS=standing by: another keeper serves this instance']);
  });

  test('a new state within a second, and the same one only once', (t) => {
    let report = reportLike();
    const { supervision, said } = supervised(t, { report: () => report });
    supervision.ready();
    said();
    supervision.changed();
    t.mock.timers.tick(1000);
    assert.deepEqual(said(), []);
    report = reportLike({ paused: { since: 0, until: null } });
    for (let i = 0; i < 50; i++) supervision.changed();
    t.mock.timers.tick(1000);
    assert.deepEqual(said(), ['STATUS=paused, 1 handler verified']);
  });

  test('a reload between RELOADING with its time and READY, also where it fails', async (t) => {
    const { supervision, said } = supervised(t);
    supervision.ready();
    said();
    const before = process.hrtime.bigint() / 1000n;
    await supervision.reloading(async () => {
      const [first = ''] = said();
      const [, usec = '0'] = /^RELOADING=1 MONOTONIC_USEC=(\d+)$/.exec(first) ?? [];
      assert.ok(BigInt(usec) >= before && BigInt(usec) <= process.hrtime.bigint() / 1000n, first);
    });
    assert.deepEqual(said(), ['READY=1']);
    await assert.rejects(supervision.reloading(() => Promise.reject(new Error('defect'))));
    assert.equal(said().at(-1), 'READY=1');
  });

  test('nothing of a reload before the first pass is complete, for its READY would be taken for that', async (t) => {
    const { supervision, said } = supervised(t);
    await supervision.reloading(async () => {});
    assert.deepEqual(said(), []);
  });

  test('STOPPING once, and nothing after it', async (t) => {
    const { supervision, said } = supervised(t);
    supervision.changed();
    supervision.stopping();
    supervision.stopping();
    supervision.ready();
    t.mock.timers.tick(60_000);
    assert.deepEqual(said(), ['STOPPING=1 STATUS=stopping']);
  });
});

test('a report that throws ends nothing, is told once, and the supervisor hears the next state that can be told', (t) => {
  let broken = true;
  const faults: unknown[] = [];
  const report = (): Report => {
    if (broken) throw new Error('defect');
    return reportLike();
  };
  const { supervision, said } = supervised(t, { report, onFault: (error) => faults.push(error) });
  supervision.ready();
  assert.deepEqual(said(), ['READY=1']);
  for (let i = 0; i < 3; i++) {
    supervision.changed();
    t.mock.timers.tick(1000);
  }
  assert.deepEqual(said(), []);
  assert.deepEqual(faults, [new Error('defect')]);
  broken = false;
  supervision.changed();
  t.mock.timers.tick(1000);
  assert.deepEqual(said(), ['STATUS=1 handler verified']);
});

describe('the watchdog', () => {
  test('hears of progress alone: time that passes says nothing', (t) => {
    const { supervision, said } = supervised(t, { watchdogMs: 1000 });
    supervision.ready();
    said();
    t.mock.timers.tick(5000);
    assert.deepEqual(said(), []);
    supervision.alive();
    assert.deepEqual(said(), ['WATCHDOG=1']);
  });

  test('is not flooded', (t) => {
    const { supervision, said } = supervised(t, { watchdogMs: 60_000 });
    for (let i = 0; i < 100; i++) supervision.alive();
    assert.deepEqual(said(), ['WATCHDOG=1']);
  });

  test('has looks at less than half of its time', (t) => {
    assert.ok(supervised(t, { watchdogMs: 30_000 }).supervision.pulseMs < 15_000);
  });

  test('that does not wait asks for nothing', (t) => {
    const { supervision, said } = supervised(t);
    supervision.alive();
    assert.deepEqual(said(), []);
    assert.equal(supervision.pulseMs, Infinity);
  });
});

test('a supervisor that cannot be told is named until it hears again; a full queue is not one', async (t) => {
  let outcome: Awaited<ReturnType<Notifier['send']>> = { ok: false, code: 'ENOENT', message: 'nobody' };
  const notifier: Notifier = { watchdogMs: null, send: async () => outcome };
  const supervision = createSupervision(notifier, () => null);
  t.after(supervision.close);
  const told = async (): Promise<string | null> => {
    supervision.standingBy();
    await new Promise((resolve) => setImmediate(resolve));
    return supervision.fault();
  };
  assert.equal(await told(), 'nobody');
  outcome = { ok: false, code: 'EAGAIN', message: 'full' };
  assert.equal(await told(), 'nobody');
  outcome = { ok: true };
  assert.equal(await told(), null);
});

test('without a supervisor nothing is sent and nothing kept alive', () => {
  const supervision = createSupervision(null, () => reportLike());
  supervision.changed();
  supervision.ready();
  supervision.alive();
  supervision.stopping();
  assert.equal(supervision.fault(), null);
  assert.equal(supervision.pulseMs, Infinity);
});

interface Options {
  readonly watchdogMs?: number;
  readonly report?: () => Report | null;
  readonly onFault?: (error: unknown) => void;
}

/** Messages are kept, not sent: what the socket does with them is shown in test/host/net/notify.test.ts. */
function supervised(
  t: TestContext,
  options: Options = {},
): { supervision: Supervision; said: () => string[] } {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let messages: string[] = [];
  const notifier: Notifier = {
    watchdogMs: options.watchdogMs ?? null,
    async send(...assignments) {
      messages.push(assignments.join(' '));
      return { ok: true };
    },
  };
  const supervision = createSupervision(notifier, options.report ?? (() => reportLike()), options.onFault);
  return {
    supervision,
    said: () => {
      const taken = messages;
      messages = [];
      return taken;
    },
  };
}
