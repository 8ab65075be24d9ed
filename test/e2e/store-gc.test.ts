import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { storedPrograms } from '../../src/host/store/running.ts';
import { initialUserNamespace } from '../../src/host/system/identity.ts';
import { awayFromHost } from '../away.ts';
import { requireKernel } from '../kernel.ts';

const keeper = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/**
 * The instance is that of a user namespace, so that the host's is not touched; the command comes into its mount namespace alone, with the
 * rights of the host and a view of all processes.
 */
test('gc beside a daemon removes what nobody uses, keeps what a process runs, and nothing serves less for it', async (t) => {
  if (!requireKernel(t)) return;
  if (process.getuid?.() !== 0 || !initialUserNamespace())
    return t.skip('only root of the host sees all processes');
  if (!(await storedPrograms()).ok) return t.skip('a process of this host hides what it runs');
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-gc-'));
  const env = {
    ...process.env,
    BINFMT_KEEPER_SANDBOX: '1',
    BINFMT_KEEPER_INTERPRETERS_STORE: `${dir}/store`,
    BINFMT_KEEPER_MOUNTS_ANCHOR: `${dir}/run/binfmt_misc`,
    BINFMT_KEEPER_HTTP_LISTEN: 'off',
    BINFMT_KEEPER_ON_STOP: 'remove',
  };
  const script = `mount -t tmpfs -o mode=755 tmpfs ${dir} && mkdir ${dir}/run ${dir}/sources &&
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc && echo ready && exec sleep 120`;
  const [program = '', ...words] = [
    ...awayFromHost(),
    'unshare',
    '-Urm',
    '--propagation',
    'private',
    'sh',
    '-c',
    script,
  ];
  const world = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const pids: number[] = [];
  const enter = (kinds: readonly string[], ...command: readonly string[]) => {
    const at = kinds.map((kind) => `--${kind}=/proc/${world.pid}/ns/${kind === 'mount' ? 'mnt' : kind}`);
    const { status, stdout, stderr } = spawnSync('nsenter', [...at, ...command], {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stdout, said: `${stdout}${stderr}` };
  };
  const inside = (...args: readonly string[]) =>
    enter(['user', 'mount'], process.execPath, '--no-warnings', keeper, ...args);
  const asRoot = (...args: readonly string[]) =>
    enter(['mount'], process.execPath, '--no-warnings', keeper, 'store', ...args);
  try {
    await new Promise((resolve) => world.stdout.once('data', resolve));
    // Two versions of one emulator, and one of another that is run without any entry.
    for (const mark of ['first', 'second']) {
      enter(
        ['mount'],
        'sh',
        '-c',
        `for t in aarch64 riscv64; do cp /usr/bin/qemu-$t-static ${dir}/sources/ && echo ${mark} >>${dir}/sources/qemu-$t-static; done`,
      );
      const made = inside('install', 'linux/arm64,linux/riscv64', '--interpreters-sources', `${dir}/sources`);
      assert.ok(made.said.includes('verified'), made.said);
    }
    const before = JSON.parse(asRoot('list', '-o', 'json').stdout);
    assert.deepEqual(before.unseen, []);
    assert.equal(before.files.length, 4);
    enter(['mount'], 'sh', '-c', `find ${dir}/store -exec touch -d @1000000 {} +`);
    const names = (file: { uses: { kind: string }[] }) => file.uses.map(({ kind }) => kind);
    const aged = JSON.parse(asRoot('list', '-o', 'json').stdout).files;
    const unused = aged.filter((file: { uses: unknown[] }) => file.uses.length === 0);
    assert.equal(unused.length, 2, JSON.stringify(aged.map(names)));
    const [kept, goes] = unused;
    const runner = spawn('nsenter', [`--mount=/proc/${world.pid}/ns/mnt`, kept.path, '/bin/sleep', '60'], {
      stdio: 'ignore',
    });
    pids.push(runner.pid ?? 0);
    void goes;
    const dry = asRoot('gc', '--dry-run');
    assert.equal(dry.status, 0, dry.said);
    assert.equal(JSON.parse(asRoot('list', '-o', 'json').stdout).files.length, 4);
    const done = asRoot('gc');
    assert.equal(done.status, 0, done.said);
    const after = JSON.parse(asRoot('list', '-o', 'json').stdout).files;
    assert.ok(
      after.every((file: { uses: unknown[] }) => file.uses.length > 0),
      JSON.stringify(after),
    );
    assert.ok(!after.some((file: { path: string }) => file.path === goes.path));
    assert.equal(asRoot('verify').status, 0);
    assert.equal(inside('probe', 'linux/arm64').status, 0);
  } finally {
    for (const pid of pids) if (pid > 0) process.kill(pid, 'SIGKILL');
    world.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
});
