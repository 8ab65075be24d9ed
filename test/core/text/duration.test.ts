import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../src/core/text/duration.ts';

test('each unit is read', () => {
  const cases: Record<string, number> = {
    '250ms': 250,
    '30s': 30_000,
    '5m': 300_000,
    '2h': 7_200_000,
    '1d': 86_400_000,
    '1h30m': 5_400_000,
    '1m5ms': 60_005,
    '0s': 0,
  };
  for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text);
});

test('what is no duration is undefined, not a guess', () => {
  const wrong = [
    '',
    '30',
    's',
    '-1s',
    '1.5s',
    '1e3s',
    ' 1s',
    '1s ',
    '1 s',
    '30S',
    '1m1h',
    '1s1s',
    '5min',
    '1ms1s',
    '٣s',
  ];
  for (const text of wrong) assert.equal(parseDuration(text), undefined, JSON.stringify(text));
});

test('a duration that no number holds exactly is refused', () => {
  assert.equal(parseDuration('99999999999999999d'), undefined);
  assert.equal(parseDuration('9'.repeat(1_000_000)), undefined);
});

test('formatted text is read back as the same duration', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      const ms = a * 86_400 + b;
      assert.equal(parseDuration(formatDuration(ms)), ms);
    }),
  );
});

test('durations are formatted as people write them', () => {
  assert.deepEqual([0, 250, 30_000, 300_000, 5_400_000].map(formatDuration), [
    '0s',
    '250ms',
    '30s',
    '5m',
    '1h30m',
  ]);
});
