import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { requireKernel } from '../../kernel.ts';
import { scratch } from '../scratch.ts';

/** What the child prints. */
interface Seen {
  readonly name: string;
  readonly looked: number;
  readonly found: readonly { readonly path: string | null; readonly same: boolean }[];
}

const none = { path: null, same: false };
const child = fileURLToPath(new URL('host-path.child.ts', import.meta.url));

test('a volume that the host has under another name is used under that name, also by the next command', (t) => {
  if (!requireKernel(t)) return;
  const dir = scratch();
  for (const name of ['data/on-host', 'data/volume']) mkdirSync(`${dir}/${name}`, { recursive: true });
  const setUp = volumeOf(dir);
  const path = `${dir}/data/on-host/store`;
  assert.deepEqual(inContainer(dir, setUp, `${dir}/data/volume/store`), {
    name: path,
    looked: 0,
    found: [
      { path, same: true },
      { path, same: true },
    ],
  });
});

test("an empty directory of the container's own, as a command leaves that is killed before its bind, is bound over", (t) => {
  if (!requireKernel(t)) return;
  const dir = scratch();
  for (const name of ['data/on-host', 'data/volume']) mkdirSync(`${dir}/${name}`, { recursive: true });
  const path = `${dir}/data/on-host/store`;
  const left = `${volumeOf(dir)} && mkdir ${path}`;
  const own = `${dir}/data/on-host`;
  const bound = { path, same: true };
  assert.deepEqual(inContainer(dir, left, `${dir}/data/volume/store`, own).found, [bound, bound]);
  const used = `${left} && touch ${path}/file`;
  assert.deepEqual(inContainer(dir, used, `${dir}/data/volume/store`, own).found, [none, none]);
});

test('a bind that is not permitted (EPERM), or for which there is no room (ENOSPC), leaves the path as it is', (t) => {
  if (!requireKernel(t)) return;
  const dir = scratch();
  for (const name of ['data/on-host', 'data/volume']) mkdirSync(`${dir}/${name}`, { recursive: true });
  const own = `${dir}/data/on-host`;
  const store = `${dir}/data/volume/store`;
  const nobody = `${volumeOf(dir)} && set -- setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"`;
  assert.deepEqual(inContainer(dir, nobody, store, own).found, [none, none]);
  const full = `${volumeOf(dir, 'nr_inodes=1')}`;
  assert.deepEqual(inContainer(dir, full, store, own).found, [none, none]);
  // And what is there afterwards is no obstacle to the next command.
  const later = `${volumeOf(dir)} && mkdir -p ${own}/store`;
  assert.equal(inContainer(dir, later, store, own).found[0]?.same, true);
});

test('what has the same name there, or another meaning here, or is not there, stays as it is', (t) => {
  if (!requireKernel(t)) return;
  const dir = scratch();
  for (const name of ['data/on-host/store', 'data/volume']) mkdirSync(`${dir}/${name}`, { recursive: true });
  assert.deepEqual(inContainer(dir, ':', `${dir}/data/on-host/store`).found, [none, none]);
  const own = `mount -t tmpfs own ${dir}/data/volume`;
  assert.deepEqual(inContainer(dir, own, `${dir}/data/volume/store`).found, [none, none]);
  const taken = `mount --bind ${dir}/data/on-host ${dir}/data/volume && mount -t tmpfs other ${dir}/data/on-host && mkdir ${dir}/data/on-host/store`;
  assert.deepEqual(inContainer(dir, taken, `${dir}/data/volume/store`).found, [none, none]);
});

/** The host's directory under another name, and in its place files of the container's own. */
function volumeOf(dir: string, options = 'mode=755'): string {
  return `mount --bind ${dir}/data/on-host ${dir}/data/volume && mount -t tmpfs -o ${options} image ${dir}/data/on-host`;
}

/** The child runs in a mount namespace of its own beside a process 1 with the files as they are. */
function inContainer(dir: string, setUp: string, directory: string, ...own: readonly string[]): Seen {
  const inner = `shift; set -- "$0" --no-warnings "$@"; ${setUp} && exec "$@"`;
  const outer = 'inner=$1; shift; unshare -m sh -c "$inner" "$@"; exit $?';
  const shell = ['sh', '-c', outer, 'sh', inner, process.execPath, dir, child, directory, ...own];
  const { stdout, stderr, status } = spawnSync('unshare', ['-Urmpf', '--mount-proc', ...shell], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
