import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundFile, StoreContents } from '../../../src/core/store/contents.ts';
import { listStore, unusedFiles } from '../../../src/core/store/listing.ts';
import { type NamingEntry, type Users, usesOf } from '../../../src/core/store/uses.ts';

const now = 1_000_000_000;

function file(over: Partial<FoundFile> = {}): FoundFile {
  const hash = over.hash ?? 'a'.repeat(16);
  const name = over.name ?? 'qemu-arm';
  return {
    ...{ path: `/store/${hash}/${name}`, name, hash, regular: true, dev: 5, ino: 10, size: 3 },
    ...{ mode: 0o100755, uid: 0, touchedMs: 0, ...over },
  };
}

function users(over: Partial<Users> = {}): Users {
  const none = { entries: [], processes: [], remembered: new Set<string>(), declarations: [] };
  return { ...none, nowMs: now, storeName: '/store', ...over };
}

function entry(over: Partial<NamingEntry> = {}): NamingEntry {
  return { name: 'e', interpreter: file().path, flags: 'F', recorded: null, ...over };
}

test('what keeps a file is named, each kind by itself', () => {
  assert.deepEqual(usesOf(file(), users()), []);
  assert.deepEqual(usesOf(file(), users({ processes: [{ pid: 7, dev: 5, ino: 10 }] })), [
    { kind: 'process', pid: 7 },
  ]);
  assert.deepEqual(usesOf(file(), users({ remembered: new Set([file().path]) })), [{ kind: 'remembered' }]);
  assert.deepEqual(usesOf(file(), users({ declarations: [`:x:M::a::${file().path}:F\n`] })), [
    { kind: 'declared' },
  ]);
  assert.deepEqual(usesOf(file({ touchedMs: now - 1000 }), users()), [{ kind: 'recent' }]);
  assert.deepEqual(usesOf(file({ touchedMs: now - 600_000 }), users()), []);
});

test('a process counts by its inode: the same number on another device is another file', () => {
  assert.deepEqual(usesOf(file(), users({ processes: [{ pid: 7, dev: 6, ino: 10 }] })), []);
});

test('an entry is said to have this inode, an older one of that path, one that nobody knows, or the path', () => {
  const pins = [
    entry({ recorded: { dev: 5, ino: 10 } }),
    entry({ recorded: { dev: 5, ino: 9 } }),
    entry(),
    entry({ flags: 'OC' }),
  ].map((one) => usesOf(file(), users({ entries: [one] })).map((use) => use.kind === 'entry' && use.pin));
  assert.deepEqual(pins, [['this'], ['another'], ['unknown'], ['path']]);
});

test('an entry that calls the store as the host does keeps its file', () => {
  const named = entry({ interpreter: `/host/store/${file().hash}/qemu-arm` });
  assert.equal(usesOf(file(), users({ entries: [named], storeName: '/host/store' })).length, 1);
  assert.deepEqual(usesOf(file(), users({ entries: [named] })), []);
});

test('unused is what nothing keeps, listed or not; the newest version stands first', () => {
  const older = file();
  const newer = file({ hash: 'b'.repeat(16), ino: 11 });
  const stray = file({ hash: 'c'.repeat(16), ino: 12 });
  const listed = [older, newer].map(({ name, hash }, at) => ({
    ...{ name, architecture: 'arm', version: at === 0 ? '9.2' : '10.0', size: 3 },
    ...{ sha256: hash.repeat(4), origin: '/usr/bin/qemu-arm' },
  }));
  const contents: StoreContents = {
    ...{ dir: '/store', manifest: 'read', listed, found: [older, newer, stray], strange: [] },
  };
  const serving = users({ entries: [entry({ interpreter: newer.path })] });
  assert.deepEqual(
    unusedFiles(contents, serving).map(({ ino }) => ino),
    [10, 12],
  );
  assert.deepEqual(
    listStore(contents, serving).map(({ version, uses }) => [version, uses.length]),
    [
      ['10.0', 1],
      ['9.2', 0],
      [null, 0],
    ],
  );
});
