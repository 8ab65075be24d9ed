import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { problemCatalogue } from '../../../src/core/problems.ts';
import { createStore } from '../../../src/host/store/store.ts';
import { scratch } from '../scratch.ts';

interface Deployed {
  readonly dir: string;
  readonly path: string;
}

async function deployed(): Promise<Deployed> {
  const dir = scratch();
  const source = join(scratch(), 'qemu-arm');
  writeFileSync(source, `#!/bin/sh\necho 'qemu-arm version 7.2.1'\n#${Math.random()}\n`);
  chmodSync(source, 0o755);
  const result = await createStore(dir).deploy(source, 'qemu-arm');
  assert.ok(result.ok);
  return { dir, path: result.path };
}

const faults: Readonly<Record<string, (at: Deployed) => readonly string[]>> = {
  'one bit of a file': ({ path }) => {
    const bytes = readFileSync(path);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    return ['store-file-differs'];
  },
  'a file cut short': ({ path }) => {
    truncateSync(path, 0);
    return ['store-file-differs'];
  },
  'a file made longer': ({ path }) => {
    appendFileSync(path, 'x');
    return ['store-file-differs'];
  },
  'a mode that nobody can execute': ({ path }) => {
    chmodSync(path, 0o644);
    return ['store-file-mode'];
  },
  'a mode with set-user-id': ({ path }) => {
    chmodSync(path, 0o4755);
    return ['store-file-mode'];
  },
  'a missing file': ({ path }) => {
    unlinkSync(path);
    return ['store-file-missing'];
  },
  'a link to the right content': ({ path, dir }) => {
    renameSync(path, join(dirname(dir), 'elsewhere'));
    symlinkSync(join(dirname(dir), 'elsewhere'), path);
    return ['store-file-kind'];
  },
  'a FIFO': ({ path }) => {
    unlinkSync(path);
    spawnSync('sh', ['-c', 'mkfifo "$0"', path]);
    return ['store-file-kind'];
  },
  'a directory': ({ path }) => {
    unlinkSync(path);
    mkdirSync(path);
    return ['store-file-kind'];
  },
  'a file that nobody listed': ({ dir }) => {
    mkdirSync(join(dir, '0123456789abcdef'));
    writeFileSync(join(dir, '0123456789abcdef', 'qemu-x'), '', { mode: 0o755 });
    chmodSync(join(dir, '0123456789abcdef', 'qemu-x'), 0o755);
    return ['store-file-differs', 'store-file-unlisted'];
  },
  'things of others': ({ dir }) => {
    mkdirSync(join(dir, 'lost+found'));
    writeFileSync(join(dir, 'notes'), '');
    return ['store-file-unknown', 'store-file-unknown'];
  },
  'no manifest': ({ dir }) => {
    rmSync(join(dir, 'manifest.json'));
    return ['store-manifest-damaged', 'store-file-unlisted'];
  },
  'an empty manifest': ({ dir }) => {
    truncateSync(join(dir, 'manifest.json'), 0);
    return ['store-manifest-damaged', 'store-file-unlisted'];
  },
  'a manifest with another size': ({ dir }) => {
    const path = join(dir, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"size": \d+/, '"size": 1'));
    return ['store-manifest-damaged'];
  },
  'a manifest with a line twice, for another architecture': ({ dir }) => {
    const path = join(dir, 'manifest.json');
    const { files } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(
      path,
      JSON.stringify({ schema: 1, files: [files[0], { ...files[0], architecture: 'mips' }] }),
    );
    return ['store-manifest-damaged'];
  },
};

for (const [what, harm] of Object.entries(faults)) {
  test(`store verify finds ${what}`, async () => {
    const at = await deployed();
    const store = createStore(at.dir);
    assert.deepEqual(await store.verify(), []);
    const wanted = harm(at);
    const found = await store.verify();
    assert.deepEqual(
      found.map(({ code }) => code),
      wanted,
      JSON.stringify(found),
    );
    for (const { code } of found) assert.ok(problemCatalogue[code].remedy.length > 0);
  });
}

test('store verify finds a file of somebody else', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root gives files away');
  const at = await deployed();
  chownSync(at.path, 4711, 4711);
  assert.deepEqual(
    (await createStore(at.dir).verify()).map(({ code }) => code),
    ['store-file-owner'],
  );
});

test('an absent store has nothing wrong with it', async () => {
  assert.deepEqual(await createStore(join(scratch(), 'none')).verify(), []);
});

test('choosing a file that is there already makes it recent again', async () => {
  const { dir, path } = await deployed();
  spawnSync('touch', ['-d', '@1000', dirname(path)]);
  const store = createStore(dir);
  const source = (await store.list())[0]?.origin ?? '';
  const touched = async () => dirname((await store.contents()).found[0]?.path ?? '') === dirname(path);
  assert.ok(await touched());
  assert.ok((await store.deploy(source, 'qemu-arm')).ok);
  const mtime = Number(spawnSync('stat', ['-c', '%Y', dirname(path)], { encoding: 'utf8' }).stdout);
  assert.ok(mtime > 1000, 'the directory of a chosen file is touched');
});
