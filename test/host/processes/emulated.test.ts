import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { countEmulated } from '../../../src/host/processes/emulated.ts';
import { scratch } from '../scratch.ts';

const emulators = {
  byPath: new Map([
    ['/store/1/qemu-aarch64', { platform: 'linux/arm64', flags: 'POF' }],
    ['/opt/emulator', { platform: 'linux/arm', flags: '' }],
  ]),
  store: '/store',
};

test('processes are counted by what they run under, that of an earlier version included', async () => {
  const proc = processes({
    1: '/usr/lib/systemd/systemd',
    20: '/store/1/qemu-aarch64',
    21: '/store/0/qemu-aarch64 (deleted)',
    22: '/opt/emulator',
    23: '/usr/bin/qemu-riscv64-static',
    24: '/usr/bin/qemu-system-aarch64',
    25: '/usr/bin/qemu-img',
    26: '/store/1/node',
  });
  assert.deepEqual(
    [...((await countEmulated(emulators, proc)) ?? [])],
    [
      ['linux/arm64', 2],
      ['linux/arm', 1],
      ['linux/riscv64', 1],
    ],
  );
});

test('a process that ends while we look, and a thread of the kernel, count as nothing', async () => {
  const proc = processes({ 1: '/sbin/init' });
  mkdirSync(join(proc, '2'));
  assert.equal((await countEmulated(emulators, proc))?.size, 0);
});

test('nothing is said where other processes cannot be seen', async () => {
  const contained = processes({ 1: '/store/1/qemu-aarch64' }, 'pid:[4026532200]');
  assert.equal(await countEmulated(emulators, contained), null);
  assert.equal(await countEmulated(emulators, join(scratch(), 'no-proc')), null);
  assert.equal(await countEmulated(emulators, processes({ 7: '/usr/bin/node' })), null);
  const hidden = processes({ 1: '/sbin/init' });
  mkdirSync(join(hidden, '2'));
  // readlink of what is no link fails as one that is not permitted does: with another error than ENOENT.
  writeFileSync(join(hidden, '2/exe'), '');
  assert.equal(await countEmulated(emulators, hidden), null);
});

test('the loop goes on while hundreds are looked at', async () => {
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [at + 1, '/store/1/qemu-aarch64']));
  const proc = processes(many);
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const counts = await countEmulated(emulators, proc);
  clearImmediate(next);
  assert.ok(turns > 5);
  assert.ok(counts === null || counts.get('linux/arm64') === 600);
});

test('the machine that we run on can be asked', async () => {
  const counts = await countEmulated(emulators);
  assert.ok(counts === null || counts instanceof Map);
});

/** A /proc with these processes, each with the program that it runs. */
function processes(programs: Readonly<Record<number, string>>, namespace = 'pid:[4026531836]'): string {
  const proc = scratch();
  mkdirSync(join(proc, 'self/ns'), { recursive: true });
  symlinkSync(namespace, join(proc, 'self/ns/pid'));
  for (const [pid, program] of Object.entries(programs)) {
    mkdirSync(join(proc, pid));
    symlinkSync(program, join(proc, pid, 'exe'));
  }
  return proc;
}
