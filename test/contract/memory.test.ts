import { test } from 'node:test';
import { cases } from './cases.ts';
import { memoryWorld } from './memory-world.ts';

for (const [claim, run] of Object.entries(cases)) {
  test(`fake kernel: ${claim}`, () => run(memoryWorld()));
}
