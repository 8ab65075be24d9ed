import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { filesInForce } from '../../../src/core/plan/binfmt-d.ts';
import { readBinfmtD } from '../../../src/host/files/binfmt-d.ts';
import { scratch } from '../scratch.ts';

test('directories are read in the order of systemd, with masks, and what is no configuration is passed over', async () => {
  const root = scratch();
  const dir = (path: string) => {
    mkdirSync(`${root}${path}`, { recursive: true });
    return `${root}${path}`;
  };
  writeFileSync(`${dir('/usr/lib/binfmt.d')}/a.conf`, 'vendor');
  writeFileSync(`${root}/usr/lib/binfmt.d/masked.conf`, 'vendor');
  writeFileSync(`${root}/usr/lib/binfmt.d/dangling.conf`, 'vendor');
  writeFileSync(`${root}/usr/lib/binfmt.d/README`, 'no configuration');
  writeFileSync(`${dir('/etc/binfmt.d')}/a.conf`, 'admin \xff');
  symlinkSync('/dev/null', `${root}/etc/binfmt.d/masked.conf`);
  symlinkSync('/nowhere/at/all', `${root}/etc/binfmt.d/dangling.conf`);
  symlinkSync('/dev/zero', `${root}/etc/binfmt.d/endless.conf`);
  mkdirSync(`${root}/etc/binfmt.d/directory.conf`);
  writeFileSync(`${root}/etc/binfmt.d/huge.conf`, Buffer.alloc(300_000));
  const { directories, faults, paths } = await readBinfmtD(root);
  const inForce = filesInForce(directories).map((f) => [f.path.slice(root.length), f.text]);
  assert.deepEqual(inForce, [
    ['/etc/binfmt.d/a.conf', Buffer.from('admin \xff').toString('latin1')],
    ['/usr/lib/binfmt.d/dangling.conf', 'vendor'],
    ['/etc/binfmt.d/endless.conf', ''],
    ['/etc/binfmt.d/masked.conf', ''],
  ]);
  assert.deepEqual(faults.map((f) => f.path.slice(root.length)).sort(), [
    '/etc/binfmt.d/directory.conf',
    '/etc/binfmt.d/huge.conf',
  ]);
  assert.deepEqual(paths.length, 4);
});

test('formats of binfmt-support are read where its tool is, and not what dpkg left behind', async () => {
  const root = scratch();
  mkdirSync(`${root}/usr/share/binfmts`, { recursive: true });
  mkdirSync(`${root}/usr/sbin`);
  for (const name of ['jar', 'jar.dpkg-old', '.hidden', 'jar~'])
    writeFileSync(`${root}/usr/share/binfmts/${name}`, 'x');
  assert.deepEqual((await readBinfmtD(root)).support, []);
  writeFileSync(`${root}/usr/sbin/update-binfmts`, '');
  const { support, paths } = await readBinfmtD(root);
  assert.deepEqual(support, [{ path: `${root}/usr/share/binfmts/jar`, text: 'x' }]);
  assert.equal(paths.at(-1), `${root}/usr/share/binfmts`);
});
