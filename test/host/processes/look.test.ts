import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lookAtProcesses } from '../../../src/host/processes/look.ts';
import { hostArchitecture } from '../../../src/host/system/identity.ts';
import { scratch } from '../scratch.ts';

const none = { byPath: new Map(), store: '' };
const looking = {
  ...{ known: none, host: hostArchitecture(), transparent: false },
  versions: () => Promise.resolve(new Map()),
};

test('a process that has an emulator mapped is told where entries may be transparent, and only there', async (t) => {
  const loader = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].find((path) =>
    existsSync(path),
  );
  if (loader === undefined) return t.skip('no glibc here');
  const file = join(scratch(), 'qemu-riscv64');
  copyFileSync('/bin/sleep', file);
  // The loader started by hand is the program of the process, as a transparent entry's is the foreign one.
  const child = spawn(loader, [file, '60']);
  try {
    for (;;) {
      const { processes } = await lookAtProcesses({ ...looking, transparent: true });
      const seen = processes.find(({ pid }) => pid === child.pid);
      if (seen === undefined) continue; // it has not mapped it yet
      assert.deepEqual([seen.by, seen.platform, seen.interpreter], ['maps', 'linux/riscv64', file]);
      break;
    }
    const { processes } = await lookAtProcesses(looking);
    assert.equal(
      processes.some(({ pid }) => pid === child.pid),
      false,
    );
  } finally {
    child.kill('SIGKILL');
  }
});

test('of five thousand processes each one is told, and the loop goes on meanwhile', async () => {
  const proc = scratch();
  mkdirSync(join(proc, 'self/ns'), { recursive: true });
  symlinkSync('pid:[4026531836]', join(proc, 'self/ns/pid'));
  writeFileSync(join(proc, 'uptime'), '1000.50 1.0\n');
  for (let pid = 1; pid <= 5000; pid += 1) {
    const dir = join(proc, String(pid));
    mkdirSync(dir);
    symlinkSync(pid % 2 === 0 ? '/usr/bin/qemu-aarch64' : '/bin/sh', join(dir, 'exe'));
    writeFileSync(join(dir, 'stat'), `${pid} (x) S 1 1 1 0 -1 0 1 2 3 4 150 50 30 20 20 0 1 0 ${pid} 1 2\n`);
    writeFileSync(join(dir, 'cmdline'), `/usr/bin/qemu-aarch64\0/bin/true\0${pid}\0`);
  }
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const { processes, sight } = await lookAtProcesses(looking, proc);
  clearImmediate(next);
  assert.equal(processes.length, 2500);
  assert.deepEqual(sight, { whole: true });
  assert.ok(turns > 100);
  assert.deepEqual(processes[0]?.command, ['/bin/true', '2']);
  assert.equal(processes[0]?.cpuMs, 2000);
  assert.equal(processes[0]?.ageMs, 1000_500 - 20);
});

test('with hidepid the processes of others are not there, and that is said', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root mounts a /proc of the first pid namespace');
  const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
  const script = `mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid 60876 --regid 60876 --clear-groups "$@"`;
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [
      '-m',
      '--propagation',
      'private',
      'sh',
      '-c',
      script,
      'sh',
      process.execPath,
      '--no-warnings',
      main,
      'ps',
    ],
    { encoding: 'utf8', cwd: '/' },
  );
  if (/must be superuser|permission denied/i.test(stderr)) return t.skip(stderr.trim());
  assert.equal(status, 3, `${stdout}${stderr}`);
  assert.match(stderr, /cannot be seen: \/proc is mounted with hidepid/);
});
