import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EntryReport } from '../../../src/core/entries/entry-report.ts';
import { problemsOfLook } from '../../../src/core/report/looked.ts';
import { onlyTargets } from '../../../src/core/report/report-only.ts';
import { otherServed, rowAsServed } from '../../../src/core/report/served.ts';
import { handlerLike, reportLike } from '../../cli/reports.ts';

const proof = { verdict: 'verified', detail: '', at: 1, tookMs: 1 };

function entryLike(given: Partial<EntryReport> = {}): EntryReport {
  return {
    name: 'qemu-s390x',
    platforms: ['linux/s390x'],
    serves: ['linux/s390x'],
    matches: '7f at 0',
    interpreter: '/usr/bin/qemu-s390x',
    flags: 'OCF',
    enabled: true,
    owner: { kind: 'tonistiigi', evidence: 'line', detail: 'it is its line' },
    version: '10.2.1',
    state: 'ok',
    wrong: [],
    probe: proof,
    ...given,
  };
}

describe('a platform that somebody else serves', () => {
  const row = handlerLike({
    key: 's390x',
    platforms: ['linux/s390x'],
    state: 'missing',
    probe: null,
    owner: 'none',
    entry: null,
    version: null,
  });

  test('is told by its entry', () => {
    const { state, owner, entry, version, interpreter, flags, probe } = rowAsServed(row, [entryLike()]);
    assert.deepEqual(
      { state, owner, entry, version, interpreter, flags, probe },
      {
        ...{ state: 'foreign-ok', owner: 'foreign', entry: 'qemu-s390x', version: '10.2.1' },
        ...{ interpreter: '/usr/bin/qemu-s390x', flags: 'OCF', probe: proof },
      },
    );
  });

  test('is not well before it was proved, and says what the proof found', () => {
    const hung = { ...proof, verdict: 'hung', detail: 'no end within 10 s' };
    const told = rowAsServed(row, [entryLike({ state: 'unverified', probe: hung })]);
    assert.equal(told.state, 'unverified');
    assert.match(told.why, /qemu-s390x: hung: no end/);
  });

  test('stays missing where the entry serves another one, or is hidden', () => {
    assert.equal(rowAsServed(row, [entryLike({ serves: [] })]).state, 'missing');
    assert.equal(rowAsServed(row, [entryLike({ serves: ['linux/arm64'] })]).state, 'missing');
  });

  test('is a row where no handler is wanted, and answers for itself', () => {
    const report = reportLike({ entries: [entryLike()] });
    assert.deepEqual(
      otherServed(report).map((one) => [one.key, one.required]),
      [['s390x', false]],
    );
    const only = onlyTargets(report, ['s390x']);
    assert.equal(only.ready, true);
    assert.deepEqual(
      only.handlers.map((h) => h.key),
      ['s390x'],
    );
    const unproved = reportLike({ entries: [entryLike({ state: 'unverified', probe: null })] });
    assert.equal(onlyTargets(unproved, ['s390x']).ready, false);
  });
});

describe('problems of one who only looks', () => {
  const lacking = { code: 'source-missing' as const, subject: 's390x', detail: 'no static qemu-s390x' };
  const lost = handlerLike({ key: 's390x', state: 'missing', interpreter: '/usr/bin/qemu-s390x-static' });

  test('an emulator is lacking only where nothing serves', () => {
    assert.deepEqual(problemsOfLook([lacking], [handlerLike({ key: 's390x', state: 'foreign-ok' })]), []);
    assert.deepEqual(problemsOfLook([lacking], [lost]), [lacking]);
  });

  test('what could be registered at once is told with that remedy, once', () => {
    const told = problemsOfLook([], [lost]);
    assert.deepEqual(
      told.map(({ code, subject }) => [code, subject]),
      [['not-registered', 's390x']],
    );
    assert.deepEqual(problemsOfLook(told, [lost]), told);
  });
});
