import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type BundleTarget, deployBundle } from '../../../src/host/bundle/deploy-bundle.ts';
import { createSelinux } from '../../../src/host/selinux/selinux.ts';
import { createStore } from '../../../src/host/store/store.ts';
import { scratch } from '../scratch.ts';
import { bundle, type Changes, here, manifestOf, type Part, sha256, standIn, tar } from './make.ts';

function deploy(from: string, store: string, over: Partial<BundleTarget> = {}) {
  const into = { store, label: 'auto', publicKey: '', machine: here, dryRun: false, ...over };
  return deployBundle(from, into, null, createSelinux(null));
}

function file(content: Uint8Array): string {
  const path = join(scratch(), 'bundle.tar');
  writeFileSync(path, content);
  return path;
}

/** Everything below a directory, by path and content. */
function snapshot(dir: string): readonly string[] {
  if (!existsSync(dir)) return ['absent'];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .sort()
    .map(
      (name) => `${name} ${statSync(join(dir, name)).isFile() ? sha256(readFileSync(join(dir, name))) : ''}`,
    );
}

const two: readonly Part[] = ['sh4', 'alpha'].map((target) => ({
  name: `usr/bin/qemu-${target}`,
  content: standIn(target, '7.2.1', { size: 300_000 }),
}));

test('a bundle is deployed as a whole, and again without a change of any file', async () => {
  const store = join(scratch(), 'store');
  const path = file(bundle({ files: two }));
  const first = await deploy(path, store);
  assert.ok(first.ok, JSON.stringify(first));
  assert.equal(first.deployed.length, 2);
  assert.deepEqual(await createStore(store).verify(), []);
  const inodes = first.deployed.map((one) => statSync(one).ino);
  const second = await deploy(path, store);
  assert.ok(second.ok);
  assert.deepEqual(second.present, second.deployed);
  assert.deepEqual(
    second.deployed.map((one) => statSync(one).ino),
    inodes,
  );
  assert.deepEqual(await createStore(store).verify(), []);
});

test('gzip outside, gzip inside, another order, and a directory are the same bundle', async () => {
  const plain = bundle({ files: two });
  const spelled: Readonly<Record<string, Uint8Array>> = {
    'gzip outside': gzipSync(plain),
    'gzip inside': bundle({ files: two, pack: (layer) => gzipSync(layer) }),
    'another order': bundle({ files: two, members: (parts) => parts.toReversed() }),
    'directories and times': bundle({
      files: two,
      members: (parts) => [
        { name: 'blobs/', type: '5' },
        ...parts.flatMap((part) => [
          { name: 'pax', type: 'x', content: Buffer.from('20 atime=1234567890\n') },
          part,
        ]),
      ],
    }),
  };
  for (const [what, content] of Object.entries(spelled)) {
    const store = join(scratch(), 'store');
    const done = await deploy(file(content), store);
    assert.ok(done.ok, `${what}: ${JSON.stringify(done)}`);
    assert.deepEqual(await createStore(store).verify(), [], what);
  }
  const dir = scratch();
  assert.equal(spawnSync('tar', ['xf', file(plain), '-C', dir]).status, 0);
  const done = await deploy(dir, join(scratch(), 'store'));
  assert.ok(done.ok, JSON.stringify(done));
});

test('a dry run verifies all of it and leaves nothing, not even the store', async () => {
  const store = join(scratch(), 'store');
  const done = await deploy(file(bundle()), store, { dryRun: true });
  assert.ok(done.ok);
  assert.equal(existsSync(store), false);
});

const strange = (name: string, type: string, link = ''): Changes => ({
  members: (parts) => [...parts, { name, type, link }],
});
const inLayer = (part: Part): Changes => ({
  files: [{ name: 'usr/bin/qemu-sh4', content: standIn('sh4', '7.2.1') }, part],
});
const sh4 = (content: Buffer): Changes => ({ files: [{ name: 'usr/bin/qemu-sh4', content }] });

const hostile: Readonly<Record<string, Changes>> = {
  'a name that leads out': strange('../../etc/passwd', '0'),
  'an absolute name': strange('/etc/passwd', '0'),
  'a blob whose name leads out': strange('blobs/sha256/../../x', '0'),
  'a symlink': strange('blobs/sha256', '2', '/etc'),
  'a hard link': strange('index.json', '1', 'oci-layout'),
  'a device': strange('null', '3'),
  'a FIFO': strange('fifo', '6'),
  "GNU's long name": { members: (parts) => [{ name: 'l', type: 'L', content: Buffer.from('x') }, ...parts] },
  'a name in an extended header': {
    members: (parts) => [{ name: 'x', type: 'x', content: Buffer.from('16 path=/etc/x\n\n') }, ...parts],
  },
  'a size in an extended header': {
    members: (parts) => [{ name: 'x', type: 'x', content: Buffer.from('12 size=999\n') }, ...parts],
  },
  'a sparse file': strange('s', 'S'),
  'a member twice': { members: (parts) => [...parts, ...parts.slice(0, 1)] },
  'a blob twice': { members: (parts) => [...parts, ...parts.slice(-1)] },
  'a blob of another content': {
    members: (parts) =>
      parts.map((part, at) => (at < parts.length - 1 ? part : { ...part, content: tar([]) })),
  },
  'a blob that nobody names': {
    members: (parts) => [...parts, { name: `blobs/sha256/${sha256(tar([]))}`, content: tar([]) }],
  },
  'a missing layer': { members: (parts) => parts.slice(0, -1) },
  'no index': { members: (parts) => parts.filter(({ name }) => name !== 'index.json') },
  'no layout': { members: (parts) => parts.filter(({ name }) => name !== 'oci-layout') },
  'an index that is no JSON': {
    members: (parts) => parts.map((p) => (p.name === 'index.json' ? { ...p, content: Buffer.from('{') } : p)),
  },
  'two images': {
    members: (parts) =>
      parts.map((p) => {
        if (p.name !== 'index.json') return p;
        const index = JSON.parse(Buffer.from(p.content ?? []).toString());
        return {
          ...p,
          content: Buffer.from(
            JSON.stringify({ ...index, manifests: [...index.manifests, ...index.manifests] }),
          ),
        };
      }),
  },
  'a link in a layer': inLayer({ name: 'usr/bin/qemu-arm', type: '2', link: '/etc/shadow' }),
  'a device in a layer': inLayer({ name: 'usr/bin/qemu-arm', type: '4' }),
  'a file that the list does not have': {
    ...inLayer({ name: 'usr/bin/qemu-alpha', content: standIn('alpha', '1') }),
    list: (files) => files.slice(0, 1),
  },
  'a file that only the list has': {
    list: (files) => [...files, { ...(files[0] as (typeof files)[0]), path: 'x', kind: 'licence' }],
  },
  'another size': { list: (files) => files.map((f) => ({ ...f, size: f.size + 1 })) },
  'another sum': { list: (files) => files.map((f) => ({ ...f, sha256: '0'.repeat(64) })) },
  'a path in the list that leads out': { list: (files) => files.map((f) => ({ ...f, path: '../x' })) },
  'a list of another schema': { manifestText: '{"schema":2}' },
  'a list that is none': { manifestText: 'x' },
  'a name that is not the target': {
    list: (files) =>
      files.map((f) => ({ ...f, interpreter: { ...f.interpreter, target: '../../x' } as never })),
  },
  'a dynamic emulator': sh4(standIn('sh4', '1.0', { interp: true })),
  'an emulator for another machine': sh4(standIn('sh4', '1.0', { machine: here === 183 ? 62 : 183 })),
  'the emulator of another target': sh4(standIn('alpha', '1.0')),
  'no program': sh4(Buffer.from('#!/bin/sh\n')),
  'an empty program': sh4(Buffer.alloc(0)),
  'an unknown target': { files: [{ name: 'usr/bin/qemu-nonsense', content: standIn('nonsense', '1.0') }] },
  'a bomb in a layer': {
    ...sh4(standIn('sh4', '1.0', { size: 300 * 1024 * 1024 })),
    pack: (layer) => gzipSync(layer),
  },
};

for (const [what, changes] of Object.entries(hostile)) {
  test(`${what} is refused, and the store is as it was`, async () => {
    const store = join(scratch(), 'store');
    assert.ok((await deploy(file(bundle({ files: two })), store)).ok);
    const before = snapshot(store);
    const done = await deploy(file(bundle(changes)), store);
    assert.equal(done.ok, false, what);
    assert.match(done.ok ? '' : done.code, /^bundle-/);
    assert.deepEqual(snapshot(store), before);
    const fresh = join(scratch(), 'store');
    await deploy(file(bundle(changes)), fresh);
    assert.equal(existsSync(fresh), false, 'a store was made for nothing');
  });
}

test('cut off anywhere, or with one other byte anywhere, it is refused', async () => {
  const whole = bundle({
    files: [{ name: 'usr/bin/qemu-sh4', content: standIn('sh4', '7.2.1', { size: 700 }) }],
  });
  const store = join(scratch(), 'store');
  const path = file(whole);
  for (let size = 0; size < whole.length - 1024; size += 331) {
    truncateSync(path, 0);
    writeFileSync(path, whole.subarray(0, size));
    assert.equal((await deploy(path, store)).ok, false, `of ${size} bytes`);
  }
  assert.equal(existsSync(store), false);
  let refused = 0;
  for (let at = 0; at < whole.length - 1024; at += 97) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x41;
    writeFileSync(path, bytes);
    const done = await deploy(path, join(scratch(), 'store'));
    // Padding and fields of a header that nobody reads may be anything.
    if (done.ok)
      assert.equal(sha256(readFileSync(done.deployed[0] ?? '')), done.bundle.interpreters[0]?.sha256);
    else refused += 1;
  }
  assert.ok(refused > 50);
});

test('what is no bundle is refused without waiting: FIFO, device, empty file, directory, link in a layout', async () => {
  const dir = scratch();
  const fifo = join(dir, 'fifo');
  spawnSync('sh', ['-c', 'mkfifo "$0"', fifo]);
  const empty = file(Buffer.alloc(0));
  const layout = join(dir, 'layout');
  mkdirSync(layout);
  spawnSync('tar', ['xf', file(bundle()), '-C', layout]);
  const index = join(layout, 'index.json');
  const text = readFileSync(index);
  unlinkSync(index);
  writeFileSync(join(dir, 'index'), text);
  symlinkSync(join(dir, 'index'), index);
  for (const from of [fifo, '/dev/zero', empty, dir, layout, join(dir, 'none'), '/bin/true']) {
    const done = await deploy(from, join(dir, 'store'));
    assert.deepEqual([from, done.ok, done.ok || done.code], [from, false, 'bundle-invalid']);
  }
});

test('a bundle of another machine names what it expected', async () => {
  const done = await deploy(file(bundle()), join(scratch(), 'store'), { machine: 243 });
  assert.ok(!done.ok && done.code === 'bundle-unfit');
  assert.match(done.faults.join(), /expected 243/);
});

test('two imports at once leave the files and the lines of both', async () => {
  const store = join(scratch(), 'store');
  const paths = ['sh4', 'alpha', 'm68k', 'or1k'].map((target) =>
    file(bundle({ files: [{ name: `usr/bin/qemu-${target}`, content: standIn(target, '7.2.1') }] })),
  );
  const done = await Promise.all([...paths, ...paths].map((path) => deploy(path, store)));
  assert.ok(
    done.every(({ ok }) => ok),
    JSON.stringify(done.filter(({ ok }) => !ok)),
  );
  assert.deepEqual(await createStore(store).verify(), []);
  assert.equal((await createStore(store).list()).length, 4);
});

test('with a key, only what it signed is deployed', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const other = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const id = Buffer.from('0102030405060708', 'hex');
  const key = Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64');
  const signer =
    (by = privateKey, algorithm = 'ED', comment = 'timestamp:1', told = comment, as = id) =>
    (text: string): string => {
      const bytes = algorithm === 'ED' ? createHash('blake2b512').update(text).digest() : Buffer.from(text);
      const signature = sign(null, bytes, by);
      const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), by);
      const line = Buffer.concat([Buffer.from(algorithm), as, signature]).toString('base64');
      return `untrusted comment: x\n${line}\ntrusted comment: ${told}\n${global.toString('base64')}\n`;
    };
  const cases: readonly [string, boolean, Changes][] = [
    ['signed', true, { signature: signer() }],
    ['signed the older way', true, { signature: signer(privateKey, 'Ed') }],
    ['not signed', false, {}],
    ['signed by another key of that name', false, { signature: signer(other.privateKey) }],
    [
      'signed by a key of another name',
      false,
      { signature: signer(privateKey, 'ED', 'x', 'x', Buffer.alloc(8)) },
    ],
    ['with another comment', false, { signature: signer(privateKey, 'ED', 'a', 'b') }],
    ['over another list', false, { signature: (text) => signer()(`${text} `) }],
    ['no signature at all', false, { signature: () => 'x' }],
    ['of an unknown algorithm', false, { signature: (text) => signer()(text).replace(/^(.*\n)../, '$1AA') }],
  ];
  for (const [what, good, changes] of cases) {
    const store = join(scratch(), 'store');
    const done = await deploy(file(bundle(changes)), store, { publicKey: key });
    assert.equal(done.ok, good, `${what}: ${JSON.stringify(done)}`);
    if (!done.ok) assert.equal(done.code, 'bundle-unsigned', what);
    assert.equal(existsSync(store), good, what);
  }
  assert.ok(manifestOf([]).length > 0);
});
