import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogLines, logLines } from '../../../src/cli/terminal/log-lines.ts';
import { plain } from '../../../src/cli/terminal/style.ts';

const line = (fields: object): string =>
  `${JSON.stringify({ level: 30, severity: 'info', time: '2026-03-01T12:00:00.123Z', ...fields })}\n`;

describe('the log on a terminal', () => {
  it('is a sentence with the local time, without fields', () => {
    const text = createLogLines(plain)(
      line({ event: 'verified', tookMs: 13.678822999999966, msg: 'linux/arm64 verified in 14 ms' }),
    );
    const at = new Date('2026-03-01T12:00:00.123Z');
    const clock = [at.getHours(), at.getMinutes(), at.getSeconds()]
      .map((n) => String(n).padStart(2, '0'))
      .join(':');
    assert.equal(text, `${clock}  linux/arm64 verified in 14 ms\n`);
  });

  it('has the date where the day changes, and nowhere else', () => {
    const lines = createLogLines(plain);
    const texts = [
      '2026-03-01T12:00:00Z',
      '2026-03-01T12:00:01Z',
      '2026-03-03T12:00:00Z',
      '2026-03-03T12:00:01Z',
    ].map((time) => lines(line({ time, msg: 'x' })));
    assert.deepEqual(
      texts.map((text) => /^-- 2026-03-0\d --$/m.test(text)),
      [false, false, true, false],
    );
  });

  it('says what a warning is and below it what to do', () => {
    const text = createLogLines(plain)(
      line({
        level: 40,
        severity: 'warn',
        msg: 'The main mount is missing: /x: not mounted',
        remedy: 'Mount it.',
      }),
    );
    assert.match(
      text,
      /^[\d:]{8} {2}warning: The main mount is missing: \/x: not mounted\n {10}→ Mount it\.\n$/,
    );
    assert.match(
      createLogLines(plain)(line({ level: 50, msg: 'x', err: { message: 'why', stack: 'at y' } })),
      / {2}error: x: why\n$/,
    );
  });

  it('shows fields to whoever asks for details', () => {
    assert.match(
      createLogLines(plain)(line({ level: 20, msg: 'asked', type: 'status' })),
      /asked \{"type":"status"\}\n$/,
    );
  });

  it('obeys nothing that a name holds', () => {
    const text = createLogLines(plain)(
      line({ level: 40, msg: 'a\x1b[2J\nb', remedy: 'c\x9b1m', err: { message: 'd\x07' } }),
    );
    assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u);
    assert.equal(text.split('\n').length, 3);
  });

  it('is for people on a terminal or on request, and else JSON', () => {
    assert.equal(logLines({}, {}, false), undefined);
    assert.equal(logLines({ 'log-format': 'json' }, {}, true), undefined);
    assert.equal(logLines({ 'log-format': 'json' }, { BINFMT_KEEPER_LOG_FORMAT: 'text' }, true), undefined);
    for (const text of [
      logLines({}, {}, true),
      logLines({ 'log-format': 'text' }, {}, false),
      logLines({}, { BINFMT_KEEPER_LOG_FORMAT: 'text' }, false),
    ])
      assert.equal(typeof text, 'function');
  });
});
