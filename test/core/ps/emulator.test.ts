import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEntry } from '../../../src/core/kernel/entry.ts';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../../src/core/platforms/catalogue-magic.ts';
import { emulatorAt } from '../../../src/core/ps/emulator.ts';
import { knownEmulators } from '../../../src/core/ps/known.ts';

const none = { byPath: new Map(), store: '' };

test('by its name an emulator of user mode is told from all else that QEMU is', () => {
  for (const { target, platforms } of catalogue)
    for (const name of [`qemu-${target}`, `qemu-${target}-static`, `qemu-${target}-binfmt-P`])
      assert.equal(emulatorAt(`/x/${name}`, none)?.platform, platforms[0] ?? target, name);
  for (const name of 'qemu-system-x86_64 qemu-img qemu-nbd qemu-ga qemu-io qemu-bridge-helper qemu qemu- node box'.split(
    ' ',
  ))
    assert.equal(emulatorAt(`/usr/bin/${name}`, none), null, name);
  assert.deepEqual(emulatorAt('/run/rosetta/rosetta', none), {
    ...{ interpreter: '/run/rosetta/rosetta', platform: 'linux/amd64', flags: null, by: 'name' },
  });
  assert.equal(emulatorAt('/usr/bin/FEX', none)?.platform, null);
  assert.equal(emulatorAt('', none), null);
});

test('entries that take programs of an architecture make their interpreter an emulator, others do not', () => {
  const arm64 = catalogue.find(({ target }) => target === 'aarch64');
  const riscv64 = catalogue.find(({ target }) => target === 'riscv64');
  assert.ok(arm64 !== undefined && riscv64 !== undefined);
  const jar = parseEntry('enabled\ninterpreter /usr/bin/jexec\nflags: \nextension .jar\n');
  const wine = parseEntry('enabled\ninterpreter /usr/bin/wine\nflags: \noffset 0\nmagic 4d5a\n');
  assert.ok(jar !== null && wine !== null);
  const entries = [
    { interpreter: '/opt/emu', flags: 'PF', matcher: matcherOf(arm64) },
    { interpreter: '/opt/both', flags: 'F', matcher: matcherOf(arm64) },
    { interpreter: '/opt/both', flags: 'F', matcher: matcherOf(riscv64) },
    jar,
    wine,
  ];
  const known = knownEmulators(
    entries,
    [{ interpreter: '/store/1/wasm', platform: 'wasi', flags: 'F' }],
    '/store',
  );
  assert.deepEqual(emulatorAt('/opt/emu (deleted)', known), {
    ...{ interpreter: '/opt/emu', platform: 'linux/arm64', flags: 'PF', by: 'entry' },
  });
  assert.equal(emulatorAt('/opt/both', known)?.platform, null);
  assert.equal(emulatorAt('/usr/bin/jexec', known), null);
  assert.equal(emulatorAt('/usr/bin/wine', known), null);
  assert.deepEqual(emulatorAt('/store/1/wasm', known)?.by, 'store');
  assert.deepEqual(emulatorAt('/store/0/qemu-aarch64', known)?.by, 'store');
  assert.equal(emulatorAt('/store/0/node', known), null);
  assert.equal(emulatorAt('/storehouse/qemu-aarch64', known)?.by, 'name');
});
