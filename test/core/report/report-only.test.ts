import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { onlyTargets } from '../../../src/core/report/report-only.ts';
import { handlerLike, reportLike } from '../../cli/reports.ts';

describe('a report of named platforms alone', () => {
  const broken = handlerLike({ key: 'riscv64', state: 'missing', probe: null });
  const report = reportLike({
    handlers: [handlerLike(), broken, handlerLike({ key: 'hexagon', platforms: [], required: false })],
    leftOut: [
      { target: 'x86_64', why: 'its own', kind: 'native' },
      { target: 'sparc', why: 'no OCI name', kind: 'unnamed' },
    ],
    problems: [
      { code: 'register-failed', subject: 'keeper-riscv64', detail: 'EPERM' },
      { code: 'source-missing', subject: 'sparc', detail: 'none' },
      { code: 'main-missing', subject: '/proc/sys/fs/binfmt_misc', detail: 'not mounted' },
    ],
  });
  const codes = (targets: readonly string[]): readonly string[] =>
    onlyTargets(report, targets).problems.map((p) => p.code);

  it('is ready where they are, whatever else is not', () => {
    assert.equal(report.ready, false);
    const good = onlyTargets(report, ['aarch64']);
    assert.deepEqual([good.ready, good.handlers.length, good.summary], [true, 1, '1 of 1 handler verified']);
    assert.equal(onlyTargets(report, ['riscv64']).ready, false);
    assert.equal(onlyTargets(report, ['aarch64', 'riscv64']).ready, false);
  });

  it('counts what is asked for as required', () => {
    assert.equal(onlyTargets(report, ['hexagon']).ready, true);
    const unproven = reportLike({
      handlers: [handlerLike({ required: false, state: 'unverified', probe: null })],
    });
    assert.equal(onlyTargets(unproven, ['aarch64']).ready, false);
  });

  it('shows problems of these platforms and of everything, not those of others', () => {
    assert.deepEqual(codes(['aarch64']), ['main-missing']);
    assert.deepEqual(codes(['riscv64']), ['register-failed', 'main-missing']);
    assert.deepEqual(codes(['sparc']), ['source-missing', 'main-missing']);
  });

  it('says of a platform without a handler why: native is well, anything else is not', () => {
    const native = onlyTargets(report, ['x86_64']);
    assert.deepEqual([native.ready, native.summary], [true, 'no handler is needed']);
    assert.deepEqual(native.leftOut, [{ target: 'x86_64', why: 'its own', kind: 'native' }]);
    assert.deepEqual(onlyTargets(report, ['i386']).leftOut, [
      { target: 'i386', why: 'the host runs it without emulation', kind: 'native' },
    ]);
    assert.equal(onlyTargets(report, ['sparc']).ready, false);
    const unknown = onlyTargets(report, ['m68k']);
    assert.deepEqual(
      unknown.leftOut.map((row) => row.kind),
      ['not-kept'],
    );
    assert.equal(unknown.ready, false);
  });

  it('is not ready while all entries are switched off', () => {
    const off = reportLike({
      instance: { enabled: false, foreign: 0 },
      problems: [{ code: 'status-zero', subject: 'status', detail: '0' }],
    });
    assert.equal(onlyTargets(off, ['aarch64']).ready, false);
  });
});
