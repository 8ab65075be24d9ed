import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HandlerReport, ReportFacts } from '../../../src/core/report/report.ts';
import { emptyReport } from '../../empty-report.ts';

test('ready means that every required handler is proven, by us or by whom policy lets serve', () => {
  assert.equal(report([handler(), handler({ state: 'foreign-ok' })]).ready, true);
  assert.equal(report([handler(), handler({ required: false, state: 'missing', probe: null })]).ready, true);
  for (const state of ['missing', 'disabled', 'drifted', 'stale', 'shadowed', 'unverified'] as const)
    assert.equal(report([handler(), handler({ state })]).ready, false, state);
  assert.equal(report([handler({ probe: null })]).ready, false);
  const failed = { verdict: 'hung', detail: '', at: 0, tookMs: 1 };
  assert.equal(report([handler({ probe: failed })]).ready, false);
});

test('nobody is ready while another keeper has the lock or the instance is switched off', () => {
  for (const code of ['locked-by-another', 'status-zero'] as const)
    assert.equal(report([handler()], { problems: [{ code, subject: 's', detail: '' }] }).ready, false, code);
});

test('the sentence counts what is verified, and counts nothing while the instance is switched off', () => {
  assert.equal(report([handler(), handler({ state: 'missing' })]).summary, '1 of 2 handlers verified');
  const heals = { total: 1, recent: [] };
  assert.equal(report([handler()], { heals }).summary, '1 of 1 handler verified, 1 heal since start');
  const problems = [{ code: 'status-zero', subject: 'status', detail: '' } as const];
  assert.equal(report([handler()], { problems }).summary, '0 of 1 handler verified');
});

test('the sentence tells the proofs of witnesses apart', () => {
  const witnessed = handler({ containers: { verdict: 'verified', detail: 'by a witness', at: 1 } });
  assert.equal(report([handler(), witnessed]).summary, '2 of 2 handlers verified, 1 for containers');
});

test('nobody is ready after everything was uninstalled by request, unlike where nothing was asked for', () => {
  const leftOut = [{ target: 'all', why: 'uninstalled by request', kind: 'uninstalled' as const }];
  const native = [{ target: 'x86_64', why: 'its own', kind: 'native' as const }];
  const own = handler({ platforms: [], required: false, state: 'unverified', probe: null });
  for (const handlers of [[], [own]]) {
    const emptied = report(handlers, { leftOut });
    assert.equal(emptied.ready, false);
    assert.match(emptied.summary, /^everything was uninstalled by request/);
    assert.equal(report(handlers, { leftOut: native }).ready, true);
  }
  assert.equal(report([handler()], { leftOut }).ready, true, 'one of two');
});

test('what has no probe is not counted among what could be verified', () => {
  const own = handler({ platforms: [], required: false, state: 'unverified', probe: null });
  assert.equal(report([handler(), own, own]).summary, '1 of 1 provable handler verified, 2 without a probe');
});

test('a problem comes with its remedy and stays away while its cause is there', () => {
  const hung = { code: 'probe-hung', subject: 'a', detail: 'd' } as const;
  const [one] = report([], { problems: [hung] }).problems;
  assert.equal(one?.detail, 'd');
  assert.ok(one?.title && one.remedy && one.severity);
});

function report(handlers: HandlerReport[], facts: Partial<ReportFacts> = {}) {
  return emptyReport({ ...facts, handlers });
}

function handler(differs: Partial<HandlerReport> = {}): HandlerReport {
  return {
    key: 'aarch64',
    platforms: ['linux/arm64'],
    name: 'keeper-aarch64',
    state: 'ok',
    why: '',
    flags: 'POCF',
    interpreter: '/store/1/qemu-aarch64',
    version: '10.0',
    owner: 'keeper',
    entry: null,
    proof: 'probe',
    required: true,
    probe: { verdict: 'verified', detail: '', at: 0, tookMs: 1 },
    containers: { verdict: 'may', detail: 'no SELinux here', at: null },
    heals: 0,
    lostAt: null,
    unavailableMs: 0,
    ...differs,
  };
}
