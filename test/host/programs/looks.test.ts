import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProgramLooks } from '../../../src/host/programs/looks.ts';
import { requireKernel } from '../../kernel.ts';
import { inNamespace, requireFuse } from '../namespace.ts';
import { scratch } from '../scratch.ts';

const program = fileURLToPath(new URL('looks.child.ts', import.meta.url));

test('of each way in which an interpreter can be lost the true cause is seen, and a hung file system hangs nobody', async (t) => {
  if (!requireKernel(t) || !requireFuse(t)) return;
  const [seen] = (await inNamespace(`
cd /mnt; mkdir bin far noexec hung dir; cp /bin/true bin/good; cp /bin/true bin/plain; chmod 644 bin/plain
mount -t tmpfs tmpfs noexec; cp /bin/true noexec/run
mount -t ramfs -o mode=755 ramfs far; cp /bin/true far/run
ln -s /mnt/nowhere/run bin/dangling; ln -s good bin/link; ln -s loop bin/loop
printf '#! /mnt/python2 -E\\n' >bin/script; printf '#!/bin/sh\\n' >bin/shell; chmod 755 bin/script bin/shell
mount -o remount,noexec /mnt/noexec; hang /mnt/hung
'${process.execPath}' --no-warnings '${program}' /mnt/bin/good /mnt/bin/plain /mnt/bin/gone /mnt/jdk/bin/java /mnt/bin/dangling \\
  /mnt/bin/link /mnt/bin/loop /mnt/bin/script /mnt/bin/shell /mnt/dir /mnt/noexec/run /mnt/far/run /mnt/hung/bin/run /mnt/hung relative
`)) as [Record<string, string>];
  assert.deepEqual(seen, {
    '/mnt/bin/good': '\x7fELF',
    '/mnt/bin/plain': '/mnt/bin/plain has no execute permission',
    '/mnt/bin/gone': 'gone: /mnt/bin/gone does not exist',
    '/mnt/jdk/bin/java': 'gone: /mnt/jdk does not exist (on the way to /mnt/jdk/bin/java)',
    '/mnt/bin/dangling':
      'gone: /mnt/bin/dangling is a symlink to /mnt/nowhere/run, and /mnt/nowhere does not exist (on the way to /mnt/bin/dangling)',
    '/mnt/bin/link': '\x7fELF',
    '/mnt/bin/loop': 'gone: /mnt/bin/loop is a circle of symlinks',
    '/mnt/bin/script': '/mnt/bin/script asks for /mnt/python2, and /mnt/python2 does not exist',
    '/mnt/bin/shell': '#!/b',
    '/mnt/dir': '/mnt/dir is no regular file',
    '/mnt/noexec/run': '/mnt/noexec/run lies on /mnt/noexec, which is mounted noexec',
    '/mnt/far/run': '\x7fELF',
    '/mnt/hung/bin/run': 'hung: /mnt/hung/bin/run does not answer within 2 s',
    '/mnt/hung': 'hung: /mnt/hung does not answer within 2 s',
    relative: 'unseen: relative is looked for in the directory of whoever executes',
  });
});

test('files of a file system that is not known to answer at once are seen by a child as well as by us', async (t) => {
  if (!requireKernel(t)) return;
  // devpts is none of those known, and what lies there is no program.
  const sights = await createProgramLooks()(['/dev/pts/ptmx', '/dev/pts/none'], 'ours');
  const told = [...sights.values()].map((one) =>
    one.kind === 'file' ? one.barred?.why : 'why' in one ? one.why : '',
  );
  assert.deepEqual(told, ['/dev/pts/ptmx is no regular file', '/dev/pts/none does not exist']);
});

test('a file is read anew where it was replaced, and tells when it was made', async () => {
  const dir = scratch();
  const look = createProgramLooks();
  const path = `${dir}/run`;
  const see = async () => {
    const sight = (await look([path], 'ours')).get(path);
    assert.ok(sight?.kind === 'file');
    return sight;
  };
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
  const before = await see();
  assert.equal(before.ino, statSync(path).ino);
  mkdirSync(`${dir}/new`);
  copyFileSync('/bin/true', `${dir}/new/run`);
  renameSync(`${dir}/new/run`, path);
  const after = await see();
  assert.notEqual(after.ino, before.ino);
  assert.equal(after.head[0], 0x7f);
  assert.notEqual(after.version, before.version);
});

test('of many files that a child must look at each has its turn', async (t) => {
  if (!requireKernel(t)) return;
  const look = createProgramLooks();
  const paths = Array.from({ length: 150 }, (_, i) => `/dev/pts/none${i}`);
  const seen = new Set<string>();
  for (let turn = 0; turn < 3; turn++) for (const path of (await look(paths, 'ours')).keys()) seen.add(path);
  assert.equal(seen.size, paths.length);
});
