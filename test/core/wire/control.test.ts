import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import type { HandlerReport } from '../../../src/core/report/report.ts';
import {
  type ControlAnswer,
  type ControlRequest,
  isSatisfied,
  longestPauseMs,
  parseAnswer,
  parseRequest,
  printAnswer,
  printRequest,
} from '../../../src/core/wire/control.ts';
import { emptyReport } from '../../empty-report.ts';

const target = fc.constantFrom(...catalogue.map((a) => a.target));
const targets = fc.oneof(fc.constant('all' as const), fc.uniqueArray(target, { minLength: 1, maxLength: 5 }));
const requests: fc.Arbitrary<ControlRequest> = fc.oneof(
  fc.record({ type: fc.constantFrom('status', 'resume') }),
  fc.record({ type: fc.constant('watch') }),
  fc.record({ type: fc.constantFrom('install', 'uninstall', 'probe'), targets }),
  fc.record({
    type: fc.constant('pause'),
    forMs: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: longestPauseMs })),
  }),
);

test('every request is read back as it was written, from one line', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const line = printRequest(request);
      assert.equal(line.indexOf('\n'), line.length - 1);
      assert.deepEqual(parseRequest(line), { ok: true, request: { ...request } });
    }),
  );
});

test('no line whatever throws, and what is no request names what was expected', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (line) => {
      const parsed = parseRequest(line);
      assert.equal(parsed.ok, false);
      assert.match(parsed.ok ? '' : parsed.error.detail, /expected/);
    }),
  );
});

test('one key too many, one missing or one of another type is an error, never a request half understood', () => {
  fc.assert(
    fc.property(requests, fc.json(), (request, json) => {
      const whole: Record<string, unknown> = JSON.parse(printRequest(request));
      assert.equal(parseRequest(JSON.stringify({ ...whole, more: 1 })).ok, false);
      for (const key of Object.keys(whole)) {
        const { [key]: gone, ...rest } = whole;
        assert.equal(parseRequest(JSON.stringify(rest)).ok, false, `without ${key}`);
        const other: unknown = JSON.parse(json);
        if (typeof other === typeof gone) continue;
        const same = key === 'targets' || key === 'forMs';
        if (!same) assert.equal(parseRequest(JSON.stringify({ ...whole, [key]: other })).ok, false, key);
      }
    }),
  );
});

test('platforms are understood under every name that people use', () => {
  const parsed = parseRequest('{"version":1,"type":"install","targets":["linux/arm64","arm64","riscv64"]}');
  assert.deepEqual(parsed, { ok: true, request: { type: 'install', targets: ['aarch64', 'riscv64'] } });
});

test('an installation says whether it takes what there is, and says it by true or false', () => {
  const line = (available: unknown): string =>
    JSON.stringify({ version: 1, type: 'install', targets: ['arm64'], available });
  for (const available of [true, false])
    assert.deepEqual(parseRequest(line(available)), {
      ok: true,
      request: { type: 'install', targets: ['aarch64'], available },
    });
  for (const available of [null, 'true', 1]) assert.equal(parseRequest(line(available)).ok, false);
  assert.equal(parseRequest(line(true).replace('install', 'probe')).ok, false);
});

test('a purge is of everything, and what it removed is read back', () => {
  const line = (targets: unknown, purge: unknown): string =>
    JSON.stringify({ version: 1, type: 'uninstall', targets, purge });
  assert.deepEqual(parseRequest(line('all', true)), {
    ok: true,
    request: { type: 'uninstall', targets: 'all', purge: true },
  });
  for (const [targets, purge] of [
    [['arm64'], true],
    ['all', 1],
    ['all', null],
  ])
    assert.equal(parseRequest(line(targets, purge)).ok, false);
  const purged = { removed: ['/a'], bytes: 3, left: ['/b'], faults: [] };
  const answer: ControlAnswer = { type: 'removed', removed: ['keeper-arm'], failed: [], purged };
  assert.deepEqual(parseAnswer(printAnswer(answer), readReport), answer);
  for (const damaged of [{ ...purged, bytes: '3' }, { ...purged, left: 7 }, []])
    assert.equal(parseAnswer(JSON.stringify({ ...answer, purged: damaged }), readReport), null);
});

test('a version that is not ours is told apart from nonsense', () => {
  const parsed = parseRequest('{"version":2,"type":"status"}');
  assert.equal(!parsed.ok && parsed.error.code, 'unknown-version');
});

test('uninstall never means all by leaving something out', () => {
  assert.equal(parseRequest('{"version":1,"type":"uninstall","targets":[]}').ok, false);
});

test('a pause is a whole number of milliseconds that a timer can count', () => {
  for (const forMs of [0, -1, 0.5, longestPauseMs + 1, '10m', true])
    assert.equal(parseRequest(JSON.stringify({ version: 1, type: 'pause', forMs })).ok, false, String(forMs));
});

test('every answer is read back as it was written, and nothing else is taken for one', () => {
  const answers: ControlAnswer[] = [
    { type: 'progress', text: 'deploying' },
    { type: 'report', report: report([]), ok: true },
    { type: 'removed', removed: ['keeper-arm'], failed: [] },
    { type: 'error', code: 'busy', detail: 'd' },
  ];
  for (const answer of answers) assert.deepEqual(parseAnswer(printAnswer(answer), readReport), answer);
  assert.equal(parseAnswer('{"type":"report","report":7,"ok":true}', readReport), null);
  assert.equal(parseAnswer('{"type":"error","code":"no such code","detail":""}', readReport), null);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => parseAnswer(line, readReport) === null));
});

test('what was asked by name must be proven, required or not', () => {
  const arm = handler({ key: 'arm', required: false });
  const missing = handler({ key: 'ppc', required: false, state: 'missing', probe: null });
  const seen = report([handler({ key: 'aarch64' }), arm, missing]);
  assert.equal(isSatisfied(seen, ['arm', 'aarch64']), true);
  assert.equal(isSatisfied(seen, ['ppc']), false);
  assert.equal(isSatisfied(seen, ['sparc']), false, 'one that is not kept at all');
  assert.equal(isSatisfied(seen, 'all'), true);
});

function report(handlers: readonly HandlerReport[]) {
  return emptyReport({ handlers });
}

function handler(more: Partial<HandlerReport>): HandlerReport {
  return {
    key: 'k',
    platforms: [],
    name: 'keeper-k',
    state: 'ok',
    why: '',
    flags: 'POCF',
    interpreter: '/i',
    version: null,
    owner: 'keeper',
    entry: null,
    proof: 'probe',
    required: true,
    probe: { verdict: 'verified', detail: '', at: 0, tookMs: 1 },
    containers: { verdict: 'may', detail: 'no SELinux here', at: null },
    heals: 0,
    lostAt: null,
    unavailableMs: 0,
    ...more,
  };
}

function readReport(value: unknown): ReturnType<typeof report> | null {
  const found = value as ReturnType<typeof report> | null;
  return typeof found === 'object' && found?.schema === 1 ? found : null;
}
