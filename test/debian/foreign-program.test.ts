import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inPrivateInstance, requireKernel } from '../kernel.ts';
import { unpackForeign } from './foreign-package.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const child = join(import.meta.dirname, 'run.child.ts');

describe('a program that Debian built for another architecture', () => {
  for (const [suite, architecture, platform, machine] of [
    ['bookworm', 'arm64', 'linux/arm64', 'aarch64'],
    ['trixie', 'riscv64', 'linux/riscv64', 'riscv64'],
  ] as const) {
    it(`runs once ${platform} is installed, and not before`, { timeout: 300_000 }, (t) => {
      if (!requireKernel(t)) return;
      if (!existsSync('/usr/bin/apt-get') || !existsSync(`/usr/bin/qemu-${machine}-static`)) {
        if (process.env.REQUIRE_KERNEL === '1') assert.fail('apt-get and qemu-user-static are required');
        t.skip('needs apt-get and qemu-user-static');
        return;
      }
      const dir = mkdtempSync(join(tmpdir(), 'keeper-debian-'));
      try {
        const root = unpackForeign(dir, suite, architecture, 'busybox-static');
        const busybox = ['bin/busybox', 'usr/bin/busybox'].map((p) => join(root, p)).find(existsSync) ?? '';
        const [command, args] = inPrivateInstance(process.execPath, child, main, platform, busybox);
        const { stdout, stderr } = spawnSync(command, args, {
          encoding: 'utf8',
          env: {
            ...process.env,
            BINFMT_KEEPER_SANDBOX: '1',
            BINFMT_KEEPER_INTERPRETERS_STORE: join(dir, 'store'),
            BINFMT_KEEPER_MOUNTS_ANCHOR: join(dir, 'run/binfmt_misc'),
            BINFMT_KEEPER_HTTP_LISTEN: 'off',
          },
        });
        assert.equal(stderr, '');
        const seen: { before: number; says: string; sum: string } = JSON.parse(stdout);
        assert.notEqual(seen.before, 0);
        assert.deepEqual([seen.says, seen.sum], [machine, '42']);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });
  }
});
