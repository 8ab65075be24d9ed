import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireKernel } from '../../kernel.ts';
import { scratch } from '../scratch.ts';

const child = fileURLToPath(new URL('host-path.child.ts', import.meta.url));

test('a volume that the host has under another name is used under that name, also by the next command', (t) => {
  if (!requireKernel(t)) return;
  const dir = scratch();
  for (const name of ['data/on-host', 'data/volume']) mkdirSync(`${dir}/${name}`, { recursive: true });
  const setUp = `mount --bind ${dir}/data/on-host ${dir}/data/volume && ${hide(`${dir}/data/on-host`)}`;
  assert.deepEqual(inContainer(dir, setUp, `${dir}/data/volume/store`), [
    { path: `${dir}/data/on-host/store`, same: true },
    { path: `${dir}/data/on-host/store`, same: true },
  ]);
});

test('what has the same name there, or another meaning here, or is not there, stays as it is', (t) => {
  if (!requireKernel(t)) return;
  const dir = scratch();
  for (const name of ['data/on-host/store', 'data/volume']) mkdirSync(`${dir}/${name}`, { recursive: true });
  const none = { path: null, same: false };
  assert.deepEqual(inContainer(dir, ':', `${dir}/data/on-host/store`), [none, none]);
  const own = `mount -t tmpfs own ${dir}/data/volume`;
  assert.deepEqual(inContainer(dir, own, `${dir}/data/volume/store`), [none, none]);
  const taken = `mount --bind ${dir}/data/on-host ${dir}/data/volume && mount -t tmpfs other ${dir}/data/on-host && mkdir ${dir}/data/on-host/store`;
  assert.deepEqual(inContainer(dir, taken, `${dir}/data/volume/store`), [none, none]);
});

/** The container has nothing of its own under that name. */
function hide(host: string): string {
  return `mount -t tmpfs image ${host}`;
}

/** The child runs in a mount namespace of its own beside a process 1 with the files as they are. */
function inContainer(dir: string, setUp: string, directory: string): unknown {
  const inner = `${setUp} && shift && exec "$0" --no-warnings "$@"`;
  const outer = 'inner=$1; shift; unshare -m sh -c "$inner" "$@"; exit $?';
  const { stdout, stderr, status } = spawnSync(
    'unshare',
    ['-Urmpf', '--mount-proc', 'sh', '-c', outer, 'sh', inner, process.execPath, dir, child, directory],
    { encoding: 'utf8', timeout: 30_000 },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
