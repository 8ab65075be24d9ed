import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireKernel } from '../../kernel.ts';

const module = (name: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../../src/host/${name}`, import.meta.url)));

/** Waits for one change that it makes itself, then stops the watch; ends by having nothing left to do. */
const script = `
  const { loadLibc } = await import(${module('system/libc.ts')});
  const { watchMounts } = await import(${module('mounts/mount-watch.ts')});
  const { spawnSync } = await import('node:child_process');
  const libc = await loadLibc((reason) => console.log('no FFI: ' + reason));
  const waiting = setInterval(() => {}, 1000);
  const stop = watchMounts(libc, [], () => { console.log('changed'); stop(); stop(); clearInterval(waiting); });
  spawnSync('mount', ['-t', 'tmpfs', 'watched', '/mnt']);
`;

for (const [ffi, expected] of [
  ['', 'changed\n'],
  ['1', 'no FFI: BINFMT_KEEPER_NO_FFI is set\nchanged\n'],
]) {
  test(`a mount is noticed ${ffi === '' ? 'by FFI' : 'without FFI'}, and the stopped watch lets the process end`, (t) => {
    if (!requireKernel(t)) return;
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['-Urm', '--propagation', 'private', process.execPath, '--input-type=module', '-e', script],
      { encoding: 'utf8', env: { ...process.env, BINFMT_KEEPER_NO_FFI: ffi }, timeout: 30_000 },
    );
    assert.deepEqual([stdout, stderr], [expected, '']);
  });
}

/** What a watch of two mount points says of each of these, one after the other: of ours or of others. */
const steps = [
  'mkdir -p /mnt/a /mnt/other && mount -t tmpfs ours /mnt/a',
  'mount -t tmpfs other /mnt/other',
  'mount -t tmpfs over /mnt/a',
  'umount /mnt/other',
  'umount /mnt/a',
  'umount /mnt/a',
  'mount -o remount,ro ground /mnt', // by its source: world.ts, remount
];
const told = `
  const { loadLibc } = await import(${module('system/libc.ts')});
  const { watchMounts } = await import(${module('mounts/mount-watch.ts')});
  const { spawnSync } = await import('node:child_process');
  const { setTimeout: sleep } = await import('node:timers/promises');
  spawnSync('mount', ['-t', 'tmpfs', 'ground', '/mnt']);
  const libc = await loadLibc();
  let heard;
  const waiting = setInterval(() => {}, 1000);
  const stop = watchMounts(libc, ['/mnt/a', '/mnt/none/b/'], (ours) => heard(ours));
  await sleep(50);
  for (const step of ${JSON.stringify(steps)}) {
    const next = new Promise((resolve) => { heard = resolve; });
    spawnSync('sh', ['-c', step]);
    console.log(await next ? 'ours' : 'others');
    // What comes soon after is told too.
    await sleep(Math.random() * 60);
  }
  stop();
  clearInterval(waiting);
`;

for (const without of ['', '1']) {
  test(`what is mounted elsewhere is told apart from what touches our mount points, ${without ? 'without' : 'by'} FFI`, (t) => {
    if (!requireKernel(t)) return;
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['-Urm', '--propagation', 'private', process.execPath, '--input-type=module', '-e', told],
      { encoding: 'utf8', env: { ...process.env, BINFMT_KEEPER_NO_FFI: without }, timeout: 30_000 },
    );
    const expected = ['ours', 'others', 'ours', 'others', 'ours', 'ours', 'others'];
    assert.deepEqual([stdout.trim().split('\n'), stderr], [expected, '']);
  });
}
