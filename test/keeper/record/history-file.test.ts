import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done } from '../../../src/core/outcome.ts';
import { createHistoryFile } from '../../../src/keeper/record/history-file.ts';
import { handClock } from '../../fake/clock.ts';

test('a save that ends in an exception keeps no later one from being written', async () => {
  let tries = 0;
  const machine = {
    clock: handClock(),
    saveFile: async () => {
      tries += 1;
      if (tries === 1) throw new Error('no descriptors');
      return done;
    },
  };
  const now = () => ({ heals: [], lost: [], unserved: [] });
  const file = createHistoryFile(machine, '/run/x', 'boot', now, () => {});
  file.save();
  await assert.rejects(file.saveNow(), /no descriptors/);
  file.save();
  await file.saveNow();
  assert.equal(tries, 2);
});
