// Inside a user and mount namespace: imports into a small tmpfs, then into one that is read-only.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { deployBundle } from '../../../src/host/bundle/deploy-bundle.ts';
import { createSelinux } from '../../../src/host/selinux/selinux.ts';
import { createStore } from '../../../src/host/store/store.ts';
import { bundle, here, standIn } from './make.ts';

const [dir = ''] = process.argv.slice(2);
const place = `${dir}/small`;
const store = `${place}/store`;
mkdirSync(place);
must('mount', '-t', 'tmpfs', '-o', 'mode=755,size=1m', 'tmpfs', place);
const files = (count: number, size: number) =>
  ['sh4', 'alpha', 'm68k'].slice(0, count).map((target) => ({
    name: `usr/bin/qemu-${target}`,
    content: standIn(target, '1.0', { size }),
  }));
writeFileSync(`${dir}/fits.tar`, bundle({ files: files(1, 100_000) }));
writeFileSync(`${dir}/large.tar`, bundle({ files: files(1, 2_000_000) }));
// Each fits by itself: the room ends in the middle.
writeFileSync(`${dir}/many.tar`, bundle({ files: files(3, 400_000) }));
const deploy = (name: string) =>
  deployBundle(
    `${dir}/${name}.tar`,
    { store, label: 'auto', publicKey: '', machine: here, dryRun: false },
    null,
    createSelinux(null),
  );

const first = await deploy('fits');
assert.ok(first.ok, JSON.stringify(first));
const before = readdirSync(store).sort();
for (const name of ['large', 'many']) {
  const done = await deploy(name);
  assert.ok(!done.ok && done.code === 'store-full', `${name}: ${JSON.stringify(done)}`);
  assert.deepEqual(readdirSync(store).sort(), before, name);
}
assert.deepEqual(await createStore(store).verify(), []);
must('mount', '-o', 'remount,ro', place);
const refused = await deploy('many');
assert.ok(!refused.ok && refused.code === 'store-read-only', JSON.stringify(refused));
assert.deepEqual(readdirSync(store).sort(), before);
process.stdout.write('done\n');

function must(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}
