import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import type { Logger } from '../../../src/core/logger.ts';
import { createJsonLines } from '../../../src/daemon/log/json-lines.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** What ours and pino make of the same calls, the time left out. */
function both(level: string, call: (logger: Logger) => void): readonly [string[], string[]] {
  const ours: string[] = [];
  const theirs: string[] = [];
  const timeless = (line: string): string => line.replace(/"time":"\d{4}-\d\d-\d\dT[\d:.]+Z"/, '"time":""');
  call(createJsonLines(level, (line) => ours.push(timeless(line))));
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const formatters = { level: (severity: string, number: number) => ({ level: number, severity }) };
  call(pino({ ...options, formatters }, { write: (line) => theirs.push(timeless(line)) }));
  return [ours, theirs];
}

const keys = fc.constantFrom('event', 'handler', 'n', 'ok', 'list', 'deep', '"', 'é');
const values = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(fc.string(), fc.integer(), fc.constant(null)), {
    maxKeys: 2,
  }),
);

test('a line is the one that pino makes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...levels),
      fc.constantFrom(...levels),
      fc.dictionary(keys, values, { maxKeys: 4 }),
      fc.option(fc.string(), { nil: undefined }),
      (least, severity, fields, sentence) => {
        const [ours, theirs] = both(least, (logger) => logger[severity]({ ...fields }, sentence));
        assert.deepEqual(ours, theirs);
      },
    ),
    { numRuns: 500 },
  );
});

test('so is one without fields, and one of an error with what led to it', () => {
  const failed = Object.assign(new TypeError('why'), { code: 'EMFILE', errno: -24, syscall: 'open' });
  const outer = new Error('outer', { cause: failed });
  for (const call of [
    (logger: Logger) => logger.info('a sentence alone'),
    (logger: Logger) => logger.error({ err: failed }, 'a look failed'),
    (logger: Logger) => logger.error({ err: outer, n: 1 }, 'with a cause'),
    (logger: Logger) => logger.fatal({ err: failed }),
    (logger: Logger) => logger.warn({ err: 'no error' }, 'text'),
  ]) {
    const [ours, theirs] = both('info', call);
    assert.deepEqual(ours, theirs);
  }
});

test('what JSON cannot hold makes a line all the same', () => {
  const round: Record<string, unknown> = { n: 1n };
  round.self = round;
  const error: Error & { self?: unknown } = new Error('x');
  error.self = error;
  const lines: string[] = [];
  createJsonLines('info', (line) => lines.push(line)).info(
    { round, err: error, twice: [round.n, round.n] },
    'odd',
  );
  const line = JSON.parse(lines.join(''));
  assert.equal(line.round.self, '[Circular]');
  assert.equal(line.err.self, '[Circular]');
  assert.deepEqual(line.twice, [1, 1]);
});
