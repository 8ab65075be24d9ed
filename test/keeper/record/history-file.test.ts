import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done } from '../../../src/core/outcome.ts';
import { openHistoryFile } from '../../../src/keeper/record/history-file.ts';

test('a save that ends in an exception keeps no later one from being written', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let tries = 0;
  const machine = {
    inspectRunDirectory: async () => done,
    readFile: async () => null,
    saveFile: async () => {
      tries += 1;
      if (tries === 1) throw new Error('no descriptors');
      return done;
    },
  };
  const now = () => ({ heals: [], lost: [] });
  const file = await openHistoryFile(machine, '/run/x', 'boot', now, () => {});
  file.save();
  await assert.rejects(file.saveNow(), /no descriptors/);
  file.save();
  await file.saveNow();
  assert.equal(tries, 2);
});
