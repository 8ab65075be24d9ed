import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checksAnswer, liveChecks, type Progress, readyChecks } from '../../../src/core/wire/http-checks.ts';
import type { HttpCheckRoute } from '../../../src/core/wire/http-route.ts';
import { handlerLike, reportLike } from '../../cli/reports.ts';

const well: Progress = { phase: 'keeping', complete: true, lookAgeMs: 1000, lookLimitMs: 100_000 };
const mounts = { main: 'binfmt', anchor: 'binfmt' };

function ready(
  given: Parameters<typeof reportLike>[0],
  route: Partial<HttpCheckRoute> = {},
  progress: Progress = well,
): readonly [status: number, text: string] {
  const all = readyChecks(progress, reportLike({ mounts, ...given }));
  const { status, body } = checksAnswer(
    { kind: 'readyz', name: null, verbose: false, exclude: [], ...route },
    all,
  );
  return [status, body];
}

describe('ready', () => {
  test('is one word where all is well, and a line for each check on request', () => {
    assert.deepEqual(ready({}), [200, 'ok\n']);
    assert.deepEqual(ready({}, { verbose: true }), [
      200,
      '[+]lock ok\n[+]first-pass ok\n[+]mount ok\n[+]instance ok\n[+]host-programs ok\n[+]kept ok\n[+]linux/aarch64 ok\nreadyz check passed\n',
    ]);
  });

  test('is not where a required platform is not verified, and says which', () => {
    const handlers = [
      handlerLike(),
      handlerLike({ key: 'arm', state: 'missing', why: '/home/jo/secret is gone' }),
      handlerLike({
        key: 'riscv64',
        state: 'unverified',
        probe: { verdict: 'hung', detail: '/home/jo/secret', at: 0, tookMs: 1 },
      }),
      handlerLike({
        key: 's390x',
        state: 'unverified',
        containers: { verdict: 'may-not', detail: '/home/jo/secret', at: 0 },
      }),
    ];
    const [status, text] = ready({ handlers });
    assert.equal(status, 503);
    assert.match(text, /^\[\+\]linux\/aarch64 ok$/m);
    assert.match(text, /^\[-\]linux\/arm failed: missing$/m);
    assert.match(text, /^\[-\]linux\/riscv64 failed: unverified: hung$/m);
    assert.match(text, /^\[-\]linux\/s390x failed: unverified: containers may-not$/m);
    assert.match(text, /\nreadyz check failed\n$/);
    assert.doesNotMatch(text, /jo/, 'no text of the host is in it, since anybody may ask');
  });

  test('is whatever becomes of a platform that is not required', () => {
    assert.equal(ready({ handlers: [handlerLike({ state: 'missing', required: false })] })[0], 200);
  });

  test('takes one mount of two for enough', () => {
    assert.equal(ready({ mounts: { main: 'absent', anchor: 'binfmt' } })[0], 200);
    assert.equal(ready({ mounts: { main: 'binfmt', anchor: 'covered' } })[0], 200);
    const [status, text] = ready({ mounts: { main: 'absent', anchor: 'covered' } });
    assert.equal(status, 503);
    assert.match(text, /^\[-\]mount failed: main is absent, anchor is covered$/m);
  });

  test('is not while the kernel runs no handler at all', () => {
    const [status, text] = ready({ instance: { enabled: false, foreign: 0 } });
    assert.equal(status, 503);
    assert.match(text, /^\[-\]instance failed: switched off/m);
  });

  test('is not before the first pass is through, nor while another keeper serves', () => {
    assert.match(ready({ handlers: [] }, {}, { ...well, complete: false })[1], /^\[-\]first-pass failed/m);
    assert.equal(
      ready({}, {}, { ...well, phase: 'standing-by' })[1],
      '[-]lock failed: another keeper serves this instance; standing by\nreadyz check failed\n',
    );
  });

  test('is not where no report can be drawn up', () => {
    const failed = readyChecks(well, null).filter((check) => check.fault !== null);
    assert.deepEqual(failed, [{ name: 'report', fault: 'the look failed' }]);
  });

  test('leaves out what is excluded, and says so of what is not known without repeating it', () => {
    const handlers = [handlerLike({ state: 'missing' })];
    assert.deepEqual(ready({ handlers }, { exclude: ['linux/aarch64'] }), [200, 'ok\n']);
    const [status, text] = ready({}, { exclude: ['\x1b[31m', 'mount'], verbose: true });
    assert.equal(status, 200);
    assert.match(text, /^\[\+\]mount excluded: ok$/m);
    assert.match(text, /^warn: some checks cannot be excluded/m);
    assert.ok(!text.includes('\x1b'));
    assert.equal(ready({}, { exclude: ['lock'] }, { ...well, phase: 'standing-by' })[0], 200);
  });

  test('can be asked of one check', () => {
    const handlers = [handlerLike(), handlerLike({ key: 'arm', state: 'missing' })];
    assert.equal(ready({ handlers }, { name: 'linux/aarch64' })[0], 200);
    assert.deepEqual(ready({ handlers }, { name: 'linux/arm' }), [
      503,
      '[-]linux/arm failed: missing\nreadyz linux/arm check failed\n',
    ]);
    assert.equal(ready({ handlers }, { name: 'linux/nonsense' })[0], 404);
  });
});

describe('live', () => {
  const live = (progress: Progress): number =>
    checksAnswer({ kind: 'livez', name: null, verbose: false, exclude: [] }, liveChecks(progress)).status;
  test('is who looks, whatever there is to see', () => {
    for (const phase of ['starting', 'standing-by', 'keeping', 'stopping'] as const)
      assert.equal(live({ ...well, phase }), 200);
  });
  test('is not whose last look is too long ago', () => {
    assert.equal(live({ ...well, lookAgeMs: 100_001 }), 503);
  });
});
