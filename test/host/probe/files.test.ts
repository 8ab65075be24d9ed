import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { architectureOf, catalogue } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../../src/core/platforms/catalogue-magic.ts';
import { probeBytes, writeProbes } from '../../../src/host/probe/files.ts';

const withPlatform = catalogue.filter((a) => a.platforms.length > 0).map((a) => a.target);

describe('probe-files', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'probe-files-'));
  });
  after(() => rm(directory, { recursive: true }));

  test('exactly the architectures with an OCI name have a probe', () => {
    assert.equal(withPlatform.length, 13);
    assert.deepEqual(
      catalogue.filter((a) => probeBytes(a.target) !== null).map((a) => a.target),
      withPlatform,
    );
    assert.equal(probeBytes('constructor'), null);
  });

  for (const target of withPlatform) {
    test(`${target}: the probe is matched by its own row only, is small, and loads on 64 KiB pages`, () => {
      const bytes = bytesOf(target);
      assert.deepEqual(
        catalogue.filter((a) => matches(bytes, a.target)).map((a) => a.target),
        [target],
      );
      assert.ok(bytes.length < 1024, `${bytes.length} bytes`);
      assert.equal(segmentAlignment(bytes), 0x10000);
    });

    const emulator = emulatorOf(target);
    const absent = emulator === null && process.env.REQUIRE_KERNEL !== '1';
    const options = { skip: absent ? `no static qemu-${target} is installed` : false, timeout: 30_000 };

    test(`${target}: emulated, it prints argv[0], waits for a byte and exits with 0`, options, async () => {
      assert.ok(emulator, `no static qemu-${target} is installed`);
      const paths = await writeProbes(directory, [target]);
      const child = spawn(emulator, ['-0', 'the name given', paths.get(target) ?? ''], { stdio: 'pipe' });
      const exit = once(child, 'exit');
      const [first] = await once(child.stdout, 'data');
      assert.equal(String(first), 'the name given\n');
      assert.equal(child.exitCode, null);
      child.stdin.end('x');
      assert.deepEqual(await exit, [0, null]);
    });

    test(`${target}: emulated, it exits with 1 where nobody answers`, options, async () => {
      assert.ok(emulator, `no static qemu-${target} is installed`);
      const paths = await writeProbes(directory, [target]);
      const child = spawn(emulator, [paths.get(target) ?? ''], { stdio: ['ignore', 'ignore', 'inherit'] });
      assert.deepEqual(await once(child, 'exit'), [1, null]);
    });
  }

  test('files are executable whatever the umask, and nothing else is left behind', async () => {
    const dir = join(directory, 'made', 'when absent');
    const umask = process.umask(0o077);
    try {
      const paths = await writeProbes(dir, ['aarch64', 'sparc', 's390x']);
      assert.deepEqual([...paths.keys()], ['aarch64', 's390x']);
      assert.deepEqual((await readdir(dir)).sort(), ['probe.aarch64', 'probe.s390x']);
      for (const path of paths.values()) assert.equal((await stat(path)).mode & 0o7777, 0o755);
    } finally {
      process.umask(umask);
    }
  });

  test('a file that is right is left alone, since it may be running', async () => {
    const path = join(directory, 'probe.riscv64');
    await writeProbes(directory, ['riscv64']);
    const { ino } = await stat(path);
    await writeProbes(directory, ['riscv64']);
    assert.equal((await stat(path)).ino, ino);
  });

  for (const [name, spoil] of [
    ['wrong bytes of the right size', (path: string) => writeFile(path, Buffer.alloc(bytesOf('arm').length))],
    ['a truncated file', (path: string) => writeFile(path, '')],
    ['a file that is not executable', (path: string) => chmod(path, 0o644)],
    ['a setuid file', (path: string) => chmod(path, 0o4755)],
    ['a link to the right bytes', (path: string) => replaceByLink(path)],
  ] as const) {
    test(`${name} is replaced`, async () => {
      const path = join(directory, 'probe.arm');
      await writeProbes(directory, ['arm']);
      const { ino } = await stat(path);
      await spoil(path);
      await writeProbes(directory, ['arm']);
      assert.deepEqual(await readFile(path), bytesOf('arm'));
      assert.notEqual((await stat(path)).ino, ino);
      assert.equal((await stat(path)).mode & 0o7777, 0o755);
    });
  }

  test('an unusable directory rejects with its errno', async () => {
    await assert.rejects(writeProbes('/dev/null/probes', ['arm']), { code: 'ENOTDIR' });
    await assert.rejects(writeProbes('/proc/self', ['arm']), { code: /^E/ });
  });
});

async function replaceByLink(path: string): Promise<void> {
  const elsewhere = `${path}.elsewhere`;
  await writeFile(elsewhere, await readFile(path), { mode: 0o755 });
  await rm(path);
  await symlink(elsewhere, path);
}

function emulatorOf(target: string): string | null {
  for (const path of [`/usr/bin/qemu-${target}-static`, `/usr/bin/qemu-${target}`]) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return null;
}

function bytesOf(target: string): Uint8Array {
  const bytes = probeBytes(target);
  assert.ok(bytes, `no probe for ${target}`);
  return bytes;
}

function matches(file: Uint8Array, target: string): boolean {
  const a = architectureOf(target);
  assert.ok(a);
  const { magic, mask } = matcherOf(a);
  return magic.every((byte, i) => (((file[i] ?? 0) ^ byte) & (mask[i] ?? 0)) === 0);
}

/** p_align of the first program header. */
function segmentAlignment(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset);
  const little = file[5] === 1;
  return file[4] === 2 ? Number(view.getBigUint64(64 + 48, little)) : view.getUint32(52 + 28, little);
}
