import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { createDroppedLines } from '../../../src/daemon/log/dropped-lines.ts';

test('dropped lines are a problem until three looks found no new ones, and their number stays in the log', () => {
  const { look, drop, said } = scene();
  look();
  assert.deepEqual(said(), []);
  drop(7);
  look();
  assert.deepEqual(said(), ['7 lines since the start could not be written']);
  look();
  drop(1);
  look();
  assert.deepEqual(said(), ['8 lines since the start could not be written']);
  look();
  look();
  assert.deepEqual(said(), []);
  look();
  assert.deepEqual(said(), [
    'solved',
    'logged: the log can be written again; 8 lines since the start were dropped',
  ]);
  look();
  look();
  assert.deepEqual(said(), []);
});

test('lines that are dropped later are a problem again', () => {
  const { look, drop, said } = scene();
  drop(1);
  for (let i = 0; i < 9; i++) look();
  said();
  drop(2);
  look();
  assert.deepEqual(said(), ['3 lines since the start could not be written']);
});

function scene(): { look: () => void; drop: (lines: number) => void; said: () => string[] } {
  let dropped = 0;
  let told: string[] = [];
  const logger = pino({}, { write: (line: string) => void told.push(`logged: ${JSON.parse(line).msg}`) });
  const look = createDroppedLines(
    { logger, dropped: () => dropped, settled: () => Promise.resolve(true) },
    (detail) => told.push(detail ?? 'solved'),
  );
  return {
    look,
    drop: (lines) => {
      dropped += lines;
    },
    said: () => {
      const all = told;
      told = [];
      return all;
    },
  };
}
