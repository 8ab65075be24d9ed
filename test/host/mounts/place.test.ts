import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Place } from '../../../src/host/mounts/place.ts';
import { requireKernel } from '../../kernel.ts';
import { scratch } from '../scratch.ts';

const child = fileURLToPath(new URL('place.child.ts', import.meta.url));

test('in a container whose process 1 sees other files, paths are told apart by file, not by name', (t) => {
  if (!requireKernel(t)) return;
  const dir = scratch();
  for (const name of ['same', 'one', 'two']) writeFileSync(`${dir}/${name}`, name);
  // Absolute: the kernel would follow them from the root of whoever asks.
  symlinkSync(`${dir}/one`, `${dir}/to-one`);
  symlinkSync(`${dir}/same`, `${dir}/to-same`);
  symlinkSync(dir, `${dir}/itself`);
  const names = ['same', 'one', 'private/file', 'to-one', 'to-same', 'itself/to-same', 'missing'];
  const paths = names.map((name) => `${dir}/${name}`);
  const found = inContainer(dir, '"$(readlink /proc/1/ns/pid)"', paths);
  const hosts = Object.fromEntries(names.map((name) => [name, found[`${dir}/${name}`]?.host]));
  assert.deepEqual(hosts, {
    same: 'same',
    one: 'elsewhere',
    'private/file': 'elsewhere',
    'to-one': 'elsewhere',
    'to-same': 'same',
    'itself/to-same': 'same',
    missing: 'same',
  });
  assert.equal(found[`${dir}/missing`]?.here, false);
  assert.match(found[`${dir}/one`]?.why ?? '', /another file on the host$/);
  assert.match(found[`${dir}/private/file`]?.why ?? '', /does not exist on the host$/);
});

test('process 1 of a pid namespace that containers share is not taken for that of the host', (t) => {
  if (!requireKernel(t)) return;
  const dir = scratch();
  for (const name of ['same', 'one', 'two']) writeFileSync(`${dir}/${name}`, name);
  const paths = [`${dir}/same`, `${dir}/one`, `${dir}/private/file`];
  for (const place of Object.values(inContainer(dir, 'real', paths)))
    assert.deepEqual(place, { here: true, host: 'unseen', why: 'the host is not visible here' });
});

test('where no child can look at the host, nothing is said of it', (t) => {
  if (!requireKernel(t)) return;
  for (const tool of ['stat', 'readlink']) {
    const dir = scratch();
    for (const name of ['same', 'one', 'two']) writeFileSync(`${dir}/${name}`, name);
    symlinkSync(`${dir}/one`, `${dir}/to-one`);
    const hidden = `mount --bind /dev/null "${dir}/root$(readlink -f "$(command -v ${tool})")"`;
    const [place] = Object.values(inContainer(dir, '"$host"', [`${dir}/to-one`], hidden));
    assert.deepEqual([place?.here, place?.host], [true, 'unseen'], tool);
  }
});

/**
 * Process 1 is a shell with the files as they are; the child runs in a mount namespace and a root of its own. `host` is
 * a word for the shell, `before` what happens just before.
 */
function inContainer(
  dir: string,
  host: string,
  paths: readonly string[],
  before = ':',
): Readonly<Record<string, Place>> {
  const inner = [
    `mkdir ${dir}/root ${dir}/private`,
    `mount --rbind / ${dir}/root`,
    `mount --bind ${dir}/two ${dir}/root${dir}/one`,
    `mount -t tmpfs tmpfs ${dir}/root${dir}/private`,
    `echo > ${dir}/root${dir}/private/file`,
    'host=$(readlink /proc/1/ns/pid)',
    before,
    `script=$1; shift; exec chroot ${dir}/root "$0" --no-warnings "$script" ${host} "$@"`,
  ].join(' && ');
  const outer = 'inner=$1; shift; unshare -m sh -c "$inner" "$@"; exit $?';
  const { stdout, stderr, status } = spawnSync(
    'unshare',
    ['-Urmpf', '--mount-proc', 'sh', '-c', outer, 'sh', inner, process.execPath, child, ...paths],
    { encoding: 'utf8', timeout: 30_000 },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
