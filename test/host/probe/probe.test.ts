import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProbe } from '../../../src/host/probe/probe.ts';
import { initialUserNamespace } from '../../../src/host/system/identity.ts';
import { scratch } from '../scratch.ts';

test('a probe that nobody runs is not registered, and leaves nothing behind where a shell took it for a script', async (t) => {
  const dir = scratch();
  const before = process.cwd();
  process.chdir(dir);
  t.after(() => process.chdir(before));
  const file = join(dir, 'probe');
  writeFileSync(file, ': >garbage\nnothing-of-that-name "', { mode: 0o755 });
  const { verdict, detail } = await runProbe({
    file,
    seesArgv0: false,
    expected: null,
    sure: true,
    timeoutMs: 10_000,
  });
  assert.equal(verdict, 'not-registered');
  assert.match(detail, /^no entry runs it/);
  assert.deepEqual(readdirSync(dir), ['probe']);
});

test('without the right to run it as somebody else, nothing unknown is run as root', (t) => {
  if (process.geteuid?.() !== 0 || !initialUserNamespace())
    return t.skip('only the root of a host can lose it');
  const file = join(scratch(), 'probe');
  writeFileSync(file, `#!/bin/sh\necho "$0"; read x; exit 0\n`, { mode: 0o755 });
  const program = fileURLToPath(new URL('../call.child.ts', import.meta.url));
  const task = { file, seesArgv0: false, expected: null, sure: false, timeoutMs: 10_000 };
  const call = ['--no-warnings', program, 'probe/probe', 'runProbe', JSON.stringify([task])];
  const run = (...bounding: string[]) =>
    JSON.parse(spawnSync('setpriv', [...bounding, process.execPath, ...call], { encoding: 'utf8' }).stdout);
  assert.equal(run('--inh-caps=-all').verdict, 'verified');
  const { verdict, detail } = run('--inh-caps=-all', '--bounding-set', '-setuid,-setgid');
  assert.equal(verdict, 'untrusted');
  assert.match(detail, /as our own user, since CAP_SETUID and CAP_SETGID are missing/);
});
