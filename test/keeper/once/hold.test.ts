import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../../src/core/config/config.ts';
import { holdInstance } from '../../../src/keeper/once/hold.ts';

type Given = Parameters<typeof holdInstance>;

/** Tries for a lock that somebody else has; how often it was waited for, and what came of it. */
async function tryFor(stays: boolean): Promise<{ readonly waits: number; readonly may: boolean }> {
  let waits = 0;
  const parsed = parseConfig({ env: {}, flags: {} });
  assert.ok(parsed.ok);
  const machine = {
    clock: {
      async sleep() {
        waits += 1;
      },
    },
  };
  const opened = {
    instance: { lock: () => ({ ok: false, code: 'EAGAIN', message: 'taken', stays }) },
    kept: true,
  };
  const hold = await holdInstance(
    machine as unknown as Given[0],
    parsed.config,
    { lock: 'beside', patience: { tries: 60, pauseMs: 50 } },
    opened as unknown as Given[3],
  );
  return { waits, may: hold.may };
}

test('a command that has the lock is waited for, a daemon that stays is not', async () => {
  assert.deepEqual(await tryFor(false), { waits: 59, may: true });
  assert.deepEqual(await tryFor(true), { waits: 0, may: true });
});
