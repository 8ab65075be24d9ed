import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealReport } from '../../../src/core/report/report.ts';
import { statusWords } from '../../../src/daemon/supervise/status-words.ts';
import { handlerLike, moment, reportLike } from '../../cli/reports.ts';

const heal = (minutesAgo: number): HealReport => ({
  at: moment - minutesAgo * 60_000,
  key: 'aarch64',
  name: 'keeper-aarch64',
  reason: 'missing',
  why: '',
  tookMs: 0.3,
});

test('all well: handlers verified, and what was healed within the hour', () => {
  const handlers = ['aarch64', 'riscv64'].map((key) => handlerLike({ key }));
  const heals = { total: 4, recent: [heal(90), heal(59), heal(2), heal(1)] };
  assert.equal(
    statusWords(reportLike({ handlers, heals })),
    '2 handlers verified, 3 healed in the last hour',
  );
});

test('a history that does not reach back an hour is told as "at least"', () => {
  const heals = { total: 120, recent: Array.from({ length: 50 }, () => heal(5)) };
  assert.equal(statusWords(reportLike({ heals })), '1 handler verified, at least 50 healed in the last hour');
});

test('platforms that do not work are named, three at most', () => {
  const handlers = ['a', 'b', 'c', 'd', 'e'].map((key) =>
    handlerLike({ key, state: 'missing', probe: null }),
  );
  assert.equal(
    statusWords(reportLike({ handlers })),
    '0 handlers verified, not working: linux/a linux/b linux/c and 2 more',
  );
});

test('a pause and the first error are told', () => {
  const report = reportLike({
    paused: { since: moment, until: null },
    problems: [{ code: 'main-missing', subject: '/proc/sys/fs/binfmt_misc\nREADY=1', detail: '' }],
  });
  const words = statusWords(report);
  assert.match(words, /^paused, 1 handler verified/);
  assert.ok(!words.includes('\n'), 'a line feed would begin another assignment');
});
