import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJsonLines } from '../../../src/daemon/log/json-lines.ts';

test('what is told before the library is there comes first, in order, with the time at which it was told', async () => {
  const lines: { readonly msg: string; readonly time: string }[] = [];
  const { logger, loaded } = createJsonLines('info', (line) => lines.push(JSON.parse(line)));
  logger.info({ n: 1 }, 'one');
  const told = Date.now();
  while (Date.now() === told) {} // the second is told in another millisecond
  logger.warn('two');
  assert.deepEqual(lines, []);
  await loaded();
  logger.error({ err: new Error('why') }, 'three');
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['one', 'two', 'three'],
  );
  const [first = '', second = '', third = ''] = lines.map(({ time }) => time);
  assert.ok(first < second && second <= third && Date.parse(first) <= told, `${first} ${second} ${third}`);
});

test('a line has level and severity, an error its stack and what led to it', async () => {
  const lines: string[] = [];
  const { logger, loaded } = createJsonLines('info', (line) => lines.push(line));
  logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'a look failed');
  await loaded();
  const { level, severity, msg, err } = JSON.parse(lines.join(''));
  assert.deepEqual([level, severity, msg, err.type], [50, 'error', 'a look failed', 'Error']);
  assert.match(err.stack, /outer[\s\S]*inner/);
});

test('below the level nothing is told, and nothing is loaded', async () => {
  const lines: string[] = [];
  for (const level of ['error', 'silent']) {
    const { logger, loaded } = createJsonLines(level, (line) => lines.push(line));
    logger.info('nothing');
    if (level === 'silent') logger.fatal('nothing');
    await loaded();
  }
  assert.deepEqual(lines, []);
});

test('what JSON cannot hold makes a line all the same', async () => {
  const round: Record<string, unknown> = { n: 1n };
  round.self = round;
  const lines: string[] = [];
  const { logger, loaded } = createJsonLines('info', (line) => lines.push(line));
  logger.info({ round }, 'odd');
  await loaded();
  assert.equal(JSON.parse(lines.join('')).round.self, '[Circular]');
});
