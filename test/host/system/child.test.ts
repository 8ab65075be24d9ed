import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runChild } from '../../../src/host/system/child.ts';
import { requireKernel } from '../../kernel.ts';
import { inNamespace, requireFuse } from '../namespace.ts';

const sh = (script: string, options = {}) =>
  runChild('sh', ['-c', script], { timeoutMs: 20_000, ...options });
/** A zombie is dead: whoever should reap it may take its time. */
const alive = (pid: string): boolean => {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid.trim()}/status`, 'utf8'));
  } catch {
    return false;
  }
};

test('what a child prints, reads and ends with is told', async () => {
  const result = await sh('cat; echo err >&2; exit 3', { input: 'in\n' });
  assert.deepEqual(result, { status: 3, signal: null, stdout: 'in\n', stderr: 'err\n', timedOut: false });
});

test('a child goes before its parent where memory runs out', async () => {
  // It is written once the child runs, and what the child reads comes after.
  const { stdout } = await sh('read -r line; cat /proc/$$/oom_score_adj', { input: '\n' });
  assert.equal(stdout, '1000\n');
});

test('a signal that ends a child is told', async () => {
  const { status, signal } = await sh('kill -9 $$');
  assert.deepEqual({ status, signal }, { status: null, signal: 'SIGKILL' });
});

test('a program that cannot be started is an answer, not an exception', async () => {
  assert.equal((await runChild('/nonexistent', [], { timeoutMs: 1000 })).spawnError, 'ENOENT');
  assert.equal((await runChild('/etc/passwd', [], { timeoutMs: 1000 })).spawnError, 'EACCES');
  assert.notEqual((await runChild('a\0b', [], { timeoutMs: 1000 })).spawnError, undefined);
});

test('the time limit ends the whole process group', async () => {
  const result = await sh('sleep 1000 & echo $!; wait', { timeoutMs: 500 });
  assert.equal(result.timedOut, true);
  assert.match(result.stdout, /^\d+\n$/);
  for (let tries = 0; tries < 100 && alive(result.stdout); tries++)
    await new Promise((r) => setTimeout(r, 20));
  assert.equal(alive(result.stdout), false);
});

test('output beyond the limit is dropped, and the child does not block on it', async () => {
  const { status, stdout } = await sh('head -c 1000000 /dev/zero; exit 7', { maxOutput: 10 });
  assert.deepEqual({ status, length: stdout.length }, { status: 7, length: 10 });
});

test('a descendant that keeps the pipes does not delay the answer', async () => {
  const { status, timedOut, stdout } = await sh('setsid sleep 15 & echo $!');
  process.kill(Number(stdout), 'SIGKILL');
  assert.deepEqual({ status, timedOut }, { status: 0, timedOut: false });
});

test('a child that never reads its input is no error', async () => {
  assert.equal((await sh('exit 0', { input: 'x'.repeat(1_000_000) })).status, 0);
});

test('variables that change what programs do are not inherited', async () => {
  process.env.QEMU_VERSION = '1';
  process.env.NODE_OPTIONS = '--bad';
  const { stdout } = await sh('echo "$QEMU_VERSION$NODE_OPTIONS|$LC_ALL"');
  delete process.env.QEMU_VERSION;
  delete process.env.NODE_OPTIONS;
  assert.equal(stdout, '|C\n');
});

test('a child that the kernel cannot end delays neither the answer nor the end of this process', async (t) => {
  if (!requireKernel(t)) return;
  if (!requireFuse(t)) return;
  const [result, states] = await inNamespace(`hang /mnt/hung
    call system/child runChild '["stat", ["/mnt/hung/x"], {"timeoutMs": 500}]'
    for p in /proc/[0-9]*; do case "$(tr '\\0' ' ' <$p/cmdline 2>/dev/null)" in "stat /mnt/hung/x "*)
      sed -n 's/^State:.\\(.\\).*/"\\1"/p' $p/status;; esac; done`);
  assert.deepEqual(result, { status: null, signal: null, stdout: '', stderr: '', timedOut: true });
  assert.equal(states, 'D', 'the child was to be one that SIGKILL does not end');
});
