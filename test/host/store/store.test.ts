import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { knownVersion } from '../../../src/host/store/known-version.ts';
import type { Deployed, StoreFault } from '../../../src/host/store/store.ts';
import { createStore } from '../../../src/host/store/store.ts';
import { requireKernel } from '../../kernel.ts';
import { inNamespace } from '../namespace.ts';
import { scratch } from '../scratch.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const emulator = (version: string): string => `#!/bin/sh\necho "qemu-arm version ${version}"\n`;
const code = (result: unknown): string => (result as StoreFault).code;

function source(text: string): string {
  const path = join(scratch(), 'qemu-arm-static');
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

function deployed(result: Deployed | StoreFault): Deployed {
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

test('a deployed interpreter lies under its hash, executable, with version and identity, and is listed', async () => {
  const dir = join(scratch(), 'a', 'store');
  const text = emulator('9.1.0');
  const umask = process.umask(0o077);
  const store = createStore(dir);
  const origin = source(text);
  chmodSync(origin, 0o755);
  const result = deployed(await store.deploy(origin, 'qemu-arm'));
  process.umask(umask);
  const hash = sha256(text);
  const path = join(dir, hash.slice(0, 16), 'qemu-arm');
  const { dev, ino, mode } = statSync(path);
  assert.deepEqual(result, { ok: true, path, dev, ino, sha256: hash, version: '9.1.0', size: text.length });
  assert.equal(mode & 0o7777, 0o755);
  for (const made of [join(dir, '..'), dir, join(path, '..')])
    assert.equal(statSync(made).mode & 0o7777, 0o755);
  assert.equal(readFileSync(path, 'utf8'), text);
  const size = text.length;
  const record = { name: 'qemu-arm', architecture: 'arm', version: '9.1.0', size, sha256: hash, origin };
  assert.deepEqual(await store.list(), [{ ...record, path }]);
  assert.deepEqual(JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')), {
    schema: 1,
    files: [record],
  });
  assert.deepEqual(await store.verify(), []);
});

test('deploying again, by this or another process, changes no file', async () => {
  const dir = scratch();
  const path = source(emulator('1.0'));
  const first = deployed(await createStore(dir).deploy(path, 'qemu-arm'));
  const before = ['manifest.json', 'hashes.json'].map((name) => statSync(join(dir, name)).ino);
  assert.deepEqual(await createStore(dir).deploy(path, 'qemu-arm'), first);
  assert.deepEqual(
    ['manifest.json', 'hashes.json'].map((name) => statSync(join(dir, name)).ino),
    before,
  );
});

test('a new version lies beside the old one, which stays', async () => {
  const store = createStore(scratch());
  const old = deployed(await store.deploy(source(emulator('1.0')), 'qemu-arm'));
  const young = deployed(await store.deploy(source(emulator('2.0')), 'qemu-arm'));
  assert.notEqual(old.path, young.path);
  assert.deepEqual(
    (await store.list()).map((file) => file.version),
    ['1.0', '2.0'],
  );
  assert.equal(statSync(old.path).ino, old.ino);
});

test('a source overwritten in place with its times set back is deployed as what it is now', async () => {
  const store = createStore(scratch());
  const path = source(emulator('1.0'));
  const { atime, mtime } = statSync(path);
  await store.deploy(path, 'qemu-arm');
  writeFileSync(path, emulator('2.0'));
  utimesSync(path, atime, mtime);
  assert.equal(deployed(await store.deploy(path, 'qemu-arm')).version, '2.0');
});

test('a stored file that was changed is found and replaced by a new inode', async () => {
  const store = createStore(scratch());
  const path = source(emulator('1.0'));
  const first = deployed(await store.deploy(path, 'qemu-arm'));
  writeFileSync(first.path, emulator('6.6'));
  assert.deepEqual(
    (await store.verify()).map((finding) => finding.code),
    ['store-file-differs'],
  );
  const second = deployed(await store.deploy(path, 'qemu-arm'));
  assert.deepEqual([second.path, second.sha256], [first.path, first.sha256]);
  assert.notEqual(second.ino, first.ino);
  assert.equal(readFileSync(second.path, 'utf8'), emulator('1.0'));
  assert.deepEqual(await store.verify(), []);
});

test('a stored file that others may write, or that is a link, is replaced', async () => {
  const store = createStore(scratch());
  const path = source(emulator('1.0'));
  const { path: stored } = deployed(await store.deploy(path, 'qemu-arm'));
  chmodSync(stored, 0o777);
  assert.deepEqual(
    (await store.verify()).map((finding) => finding.code),
    ['store-file-mode'],
  );
  await store.deploy(path, 'qemu-arm');
  assert.equal(statSync(stored).mode & 0o7777, 0o755);
  unlinkSync(stored);
  symlinkSync(path, stored);
  await store.deploy(path, 'qemu-arm');
  assert.ok(lstatSync(stored).isFile());
});

test('damaged manifest and cache are made anew', async () => {
  const dir = scratch();
  const path = source(emulator('1.0'));
  const first = deployed(await createStore(dir).deploy(path, 'qemu-arm'));
  writeFileSync(join(dir, 'manifest.json'), '{"schema":1,"files":[{"name":"../../etc"}]}');
  writeFileSync(join(dir, 'hashes.json'), '{"schema":1,"sums":{"a":');
  const store = createStore(dir);
  assert.deepEqual(
    (await store.verify()).map((finding) => finding.code),
    ['store-manifest-damaged', 'store-file-unlisted'],
  );
  const { ino: _, ...again } = deployed(await store.deploy(path, 'qemu-arm'));
  assert.deepEqual(again, (({ ino: _ino, ...rest }) => rest)(first));
  assert.deepEqual(await store.verify(), []);
});

test('removing spares what was not named and what is not ours', async () => {
  const dir = scratch();
  const store = createStore(dir);
  const old = deployed(await store.deploy(source(emulator('1.0')), 'qemu-arm'));
  const young = deployed(await store.deploy(source(emulator('2.0')), 'qemu-arm'));
  const [stale, fresh] = ['.qemu-arm.000000000001.tmp', '.qemu-arm.000000000002.tmp'];
  for (const name of [stale, fresh, 'README']) writeFileSync(join(dir, name), '');
  utimesSync(join(dir, stale), 1, 1);
  assert.deepEqual(await store.remove([old.path]), { removed: [old.path], faults: [] });
  assert.deepEqual(
    (await store.list()).map((file) => file.path),
    [young.path],
  );
  const hash = young.sha256.slice(0, 16);
  assert.deepEqual(
    readdirSync(dir).sort(),
    [fresh, hash, 'README', 'hashes.json', 'lock', 'manifest.json'].sort(),
  );
});

test('deployments asked for at once all arrive in the manifest', async () => {
  const store = createStore(scratch());
  const versions = ['1', '2', '3', '4', '5'];
  await Promise.all(versions.map((version) => store.deploy(source(emulator(version)), 'qemu-arm')));
  assert.deepEqual(
    (await store.list()).map((file) => file.version),
    versions,
  );
});

test('names that leave the store and sources that are no files are refused', async () => {
  const store = createStore(scratch());
  const path = source(emulator('1.0'));
  for (const name of ['', '..', '../x', 'a/b', '.hidden']) {
    assert.equal(code(await store.deploy(path, name)), 'store-failed', name);
  }
  assert.equal(code(await store.deploy('/nonexistent', 'qemu-arm')), 'store-source');
  assert.equal(code(await store.deploy(tmpdir(), 'qemu-arm')), 'store-source');
});

test('a store in which others could exchange files is refused', async () => {
  const open = scratch();
  chmodSync(open, 0o777);
  const path = source(emulator('1.0'));
  assert.equal(code(await createStore(open).deploy(path, 'qemu-arm')), 'store-untrusted');
  assert.equal(code(await createStore(join(open, 'below')).deploy(path, 'qemu-arm')), 'store-untrusted');
});

test('a symlink of our own leads to the store', async () => {
  const link = join(scratch(), 'link');
  symlinkSync(scratch(), link);
  assert.ok((await createStore(link).deploy(source(emulator('1.0')), 'qemu-arm')).ok);
});

const deploy = `call store/store createStore '["/mnt/s"]' deploy '["/mnt/qemu-arm", "qemu-arm"]'`;
const leftovers = `find /mnt/s -name '.*.tmp' | sed 's/.*/"&"/'`;

test('a file system too small is refused before anything is written, and says both sizes', async (t) => {
  if (!requireKernel(t)) return;
  const [full, ...left] = await inNamespace(`mkdir /mnt/s; mount -t tmpfs -o size=1m,mode=755 none /mnt/s
    head -c 3000000 /dev/zero >/mnt/qemu-arm; ${deploy}; find /mnt/s -mindepth 1 | sed 's/.*/"&"/'`);
  assert.equal(code(full), 'store-full');
  assert.match((full as StoreFault).message, /1\.0 MiB free, 2\.9 MiB/);
  assert.deepEqual(left, []);
});

test('space that runs out while copying leaves no temporary file', async (t) => {
  if (!requireKernel(t)) return;
  // A file that grows when read: its size says 0 bytes, as with everything in /proc.
  const [full, ...left] = await inNamespace(`mkdir /mnt/s; mount -t tmpfs -o size=4k,mode=755 none /mnt/s
    call store/store createStore '["/mnt/s"]' deploy '["/proc/kallsyms", "qemu-arm"]'; ${leftovers}`);
  assert.equal(code(full), 'store-full');
  assert.deepEqual(left, []);
});

test('no inode left is a full store too', async (t) => {
  if (!requireKernel(t)) return;
  const [full] = await inNamespace(`mkdir /mnt/s; mount -t tmpfs -o nr_inodes=1,mode=755 none /mnt/s
    echo x >/mnt/qemu-arm; ${deploy}`);
  assert.equal(code(full), 'store-full');
});

test('a read-only store takes nothing new, but serves what it holds, even without manifest and cache', async (t) => {
  if (!requireKernel(t)) return;
  const [first, kept, other] = await inNamespace(`mkdir /mnt/s; mount -t tmpfs -o mode=755 none /mnt/s
    echo x >/mnt/qemu-arm; ${deploy}; mount -n -o remount,bind,ro /mnt/s; ${deploy}
    echo yy >/mnt/qemu-arm; ${deploy}`);
  assert.deepEqual(kept, first);
  assert.equal((kept as Deployed).ok, true);
  assert.equal(code(other), 'store-read-only');
});

test('a store that cannot be made on a read-only file system is read-only', async (t) => {
  if (!requireKernel(t)) return;
  const [fault] = await inNamespace(`echo x >/mnt/qemu-arm; mount -n -o remount,bind,ro /mnt; ${deploy}`);
  assert.equal(code(fault), 'store-read-only');
});

test('a store on a noexec mount is refused', async (t) => {
  if (!requireKernel(t)) return;
  const [fault] = await inNamespace(`mkdir /mnt/s; mount -t tmpfs -o noexec,mode=755 none /mnt/s
    echo x >/mnt/qemu-arm; ${deploy}`);
  assert.equal(code(fault), 'store-noexec');
});

test('a store that we may not write is denied', async (t) => {
  if (!requireKernel(t)) return;
  const caller = fileURLToPath(new URL('../call.child.ts', import.meta.url));
  const [fault] = await inNamespace(`echo x >/mnt/qemu-arm; mkdir -p /mnt/s; chmod 555 /mnt/s
    exec setpriv --inh-caps=-all --bounding-set=-all ${process.execPath} --no-warnings ${caller} \\
      store/store createStore '["/mnt/s"]' deploy '["/mnt/qemu-arm", "qemu-arm"]'`);
  assert.equal(code(fault), 'store-denied');
});

test('two that deploy into one store in turn lose nothing of what the other has listed', async () => {
  const dir = scratch();
  const [one, other] = [createStore(dir), createStore(dir)];
  for (const [store, name, version] of [
    [one, 'qemu-arm', '9.1.0'],
    [other, 'qemu-mips', '9.1.1'],
    [one, 'qemu-sh4', '9.1.2'],
    [other, 'qemu-ppc', '9.1.3'],
  ] as const)
    deployed(await store.deploy(source(emulator(version)), name));
  assert.deepEqual((await one.list()).map((file) => file.name).toSorted(), [
    'qemu-arm',
    'qemu-mips',
    'qemu-ppc',
    'qemu-sh4',
  ]);
});

test('the books tell the version of an emulator, until it is another file or somebody else may write them', async () => {
  const dir = join(scratch(), 'store');
  const origin = source(emulator('9.1.7'));
  assert.equal(await knownVersion(dir, origin), null, 'before anything was stored');
  deployed(await createStore(dir).deploy(origin, 'qemu-arm'));
  assert.equal(await knownVersion(dir, origin), '9.1.7');
  chmodSync(dir, 0o777);
  assert.equal(await knownVersion(dir, origin), null, 'others may write');
  chmodSync(dir, 0o755);
  assert.equal(await knownVersion(dir, origin), '9.1.7');
  writeFileSync(origin, emulator('9.1.8'));
  assert.equal(await knownVersion(dir, origin), null, 'another file, as long as the one before');
  writeFileSync(join(dir, 'hashes.json'), '{');
  assert.equal(await knownVersion(dir, origin), null, 'damaged');
});
