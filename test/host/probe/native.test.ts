import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Outcome } from '../../../src/core/outcome.ts';
import { canary } from '../../../src/host/probe/canary.ts';
import { writeProbes } from '../../../src/host/probe/files.ts';
import { runsNatively } from '../../../src/host/probe/native.ts';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';
import { scratch } from '../scratch.ts';

interface Seen {
  readonly canary: Outcome;
  readonly native: readonly string[];
  readonly afterwards: Outcome;
}

const emulator = '/usr/bin/qemu-aarch64-static';
const codeOf = (outcome: Outcome): string => (outcome.ok ? 'ok' : outcome.code);

async function withRegistered(...lines: string[]): Promise<Seen> {
  const child = fileURLToPath(new URL('native.child.ts', import.meta.url));
  const command = inPrivateInstance(process.execPath, '--no-warnings', child, scratch(), ...lines);
  const { stdout } = await promisify(execFile)(...command, { timeout: 60_000 });
  return JSON.parse(stdout) as Seen;
}

test('on a healthy host native programs and scripts start', async () => {
  assert.deepEqual(await canary(), { ok: true });
});

test('the script of the canary never has a name, so that a keeper which is killed leaves none', async (t) => {
  const dir = scratch();
  const before = process.env.TMPDIR;
  process.env.TMPDIR = dir;
  t.after(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  const seen: (string | null)[] = [];
  const watcher = watch(dir);
  const marked = new Promise<void>((resolve) => {
    // inotify tells of writes to nameless files as well, but only what has a name is created and deleted.
    watcher.on('change', (event, name) => {
      if (name === 'marker') resolve();
      else if (event === 'rename') seen.push(String(name));
    });
  });
  assert.deepEqual(await canary(), { ok: true });
  await writeFile(join(dir, 'marker'), '');
  await marked;
  watcher.close();
  assert.deepEqual(seen, []);
});

test('what cannot be executed is not native', async () => {
  const dir = scratch();
  await writeFile(join(dir, 'text'), 'exit 0\n', { mode: 0o755 });
  await writeFile(join(dir, 'talkative'), 'echo; read x\n', { mode: 0o755 });
  await writeFile(join(dir, 'plain'), '', { mode: 0o644 });
  const files = ['text', 'talkative', 'plain', 'none'].map((name) => [name, join(dir, name)] as const);
  assert.deepEqual(await runsNatively(new Map(files), () => true, null), []);
});

test('of the probes exactly the one of this CPU is native where nothing is registered', async (t) => {
  const own = { x64: 'x86_64', arm64: 'aarch64', riscv64: 'riscv64', s390x: 's390x' }[String(process.arch)];
  if (own === undefined) return t.skip(`no expectation for ${process.arch}`);
  if (!requireKernel(t)) return;
  assert.deepEqual((await withRegistered()).native, own === 'riscv64' || own === 's390x' ? [] : [own]);
  assert.ok((await runsNatively(await writeProbes(scratch(), [own]), () => true, null)).includes(own));
});

test('a probe that an emulator runs is not native', async (t) => {
  if (!requireKernel(t)) return;
  if (process.arch !== 'x64' || !existsSync(emulator)) return t.skip(`needs ${emulator} on x64`);
  const arm = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
  const seen = await withRegistered(`:arm:M::${arm}::${emulator}:F`);
  assert.deepEqual(seen, { canary: { ok: true }, native: ['x86_64'], afterwards: { ok: true } });
});

test('the canary sees a handler that catches native programs, and that its removal helped', async (t) => {
  if (!requireKernel(t)) return;
  for (const line of [
    ':brick:M::\\x7fELF::/bin/true:',
    ':brick:M:64:\\x06\\x00\\x00\\x00::/bin/true:',
    ':brick:M::\\x00:\\x00:/bin/true:',
  ]) {
    const seen = await withRegistered(line);
    assert.equal(codeOf(seen.canary), 'ELOOP', line);
    assert.deepEqual(seen.afterwards, { ok: true });
  }
});

test('the canary sees a handler that catches scripts only', async (t) => {
  if (!requireKernel(t)) return;
  const seen = await withRegistered(':hash:M::#!::/bin/echo:');
  assert.equal(codeOf(seen.canary), 'canary-hijacked');
  assert.deepEqual(seen.afterwards, { ok: true });
});
