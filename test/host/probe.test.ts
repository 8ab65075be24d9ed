import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProbe } from '../../src/host/probe.ts';
import { scratch } from './scratch.ts';

test('a probe that nobody runs is not registered, and leaves nothing behind where a shell took it for a script', async (t) => {
  const dir = scratch();
  const before = process.cwd();
  process.chdir(dir);
  t.after(() => process.chdir(before));
  const file = join(dir, 'probe');
  writeFileSync(file, ': >garbage\nnothing-of-that-name "', { mode: 0o755 });
  const { verdict, detail } = await runProbe({
    file,
    argv0: file,
    answer: file,
    expected: null,
    timeoutMs: 10_000,
  });
  assert.equal(verdict, 'not-registered');
  assert.match(detail, /^no entry runs it/);
  assert.deepEqual(readdirSync(dir), ['probe']);
});
