import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { openPiece } from '../../../src/host/archives/decompress.ts';
import { ArchiveFault } from '../../../src/host/archives/fault.ts';
import { readTar } from '../../../src/host/archives/tar.ts';

let room = '';
const long = `${'directory/'.repeat(20)}${'n'.repeat(200)}`;
before(() => {
  room = mkdtempSync(join(tmpdir(), 'tar-'));
  const tree = join(room, 'tree');
  mkdirSync(join(tree, long, '..'), { recursive: true });
  writeFileSync(join(tree, 'plain'), 'plain\n', { mode: 0o755 });
  writeFileSync(join(tree, 'empty'), '');
  writeFileSync(join(tree, long), 'far away');
  writeFileSync(Buffer.from(`${tree}/caf\xe9\n`, 'latin1'), 'odd name');
  writeFileSync(join(tree, 'large'), Buffer.alloc(300_000, 'large'));
  linkSync(join(tree, 'plain'), join(tree, 'second'));
  symlinkSync('plain', join(tree, 'soft'));
  // Holes before, between and after the content.
  writeFileSync(join(tree, 'sparse'), '');
  truncateSync(join(tree, 'sparse'), 50_000_000);
  const fd = openSync(join(tree, 'sparse'), 'r+');
  for (const at of [0, 1_000_000, 9_000_000, 20_000_000, 30_000_000, 40_000_000])
    writeSync(fd, `at ${at}`, at);
  closeSync(fd);
  writeFileSync(join(tree, 'holes'), '');
  truncateSync(join(tree, 'holes'), 200_000);
  const holes = openSync(join(tree, 'holes'), 'r+');
  for (const at of [0, 60_000, 120_000]) writeSync(holes, `at ${at}`, at);
  closeSync(holes);
});
after(() => rmSync(room, { recursive: true }));

const formats: readonly (readonly [string, readonly string[]])[] = [
  ['gnu', ['--format=gnu']],
  ['gnu-sparse', ['--format=gnu', '--sparse']],
  ['posix', ['--format=posix']],
  ['posix-sparse-1.0', ['--format=posix', '--sparse', '--sparse-version=1.0']],
  ['posix-sparse-0.1', ['--format=posix', '--sparse', '--sparse-version=0.1']],
  ['posix-sparse-0.0', ['--format=posix', '--sparse', '--sparse-version=0.0']],
];

for (const [name, options] of formats)
  for (const packed of ['plain', 'gzip', 'zstd'])
    test(`what tar packs is read as it was: ${name}, ${packed}`, async (t) => {
      if (packed === 'zstd' && !('createZstdDecompress' in zlib)) return t.skip('this Node has no zstd');
      const file = join(room, `${name}.tar`);
      execFileSync('tar', ['-C', join(room, 'tree'), ...options, '-cf', file, '.']);
      if (packed === 'gzip') writeFileSync(file, zlib.gzipSync(readFileSync(file)));
      if (packed === 'zstd')
        writeFileSync(
          file,
          (zlib as unknown as { zstdCompressSync(b: Buffer): Buffer }).zstdCompressSync(readFileSync(file)),
        );
      const seen = new Map((await listed(file)).map((one) => [one.name, one]));
      for (const path of ['plain', 'second', 'empty', long, 'large', 'sparse']) {
        const one = seen.get(path);
        assert.ok(one !== undefined, path);
        if (one.kind === 'hardlink') {
          assert.ok(['plain', 'second'].includes(one.target.replace('./', '')));
          continue;
        }
        const truth = readFileSync(join(room, 'tree', path));
        assert.equal(one.size, truth.length, path);
        assert.equal(one.sha256, createHash('sha256').update(truth).digest('hex'), path);
        assert.equal(one.mode & 0o777, statSync(join(room, 'tree', path)).mode & 0o777);
      }
      assert.equal(seen.get('caf\xe9\n')?.size, 8);
      assert.deepEqual([seen.get('soft')?.kind, seen.get('soft')?.target], ['symlink', 'plain']);
    });

test('formats from before long names are read', async () => {
  for (const format of ['v7', 'ustar']) {
    const file = join(room, 'old.tar');
    execFileSync('tar', ['-C', join(room, 'tree'), `--format=${format}`, '-cf', file, 'plain', 'large']);
    assert.deepEqual(
      (await listed(file)).map(({ name, size }) => [name, size]),
      [
        ['plain', 6],
        ['large', 300_000],
      ],
    );
  }
});

test('names that lead out are placed below the root, where nothing is ever written', async () => {
  const file = join(room, 'out.tar');
  execFileSync('tar', [
    '-C',
    join(room, 'tree'),
    '-P',
    '--transform=s,^plain,../../../etc/plain,',
    '-cf',
    file,
    'plain',
  ]);
  assert.deepEqual(
    (await listed(file)).map(({ name }) => name),
    ['etc/plain'],
  );
});

test('an archive that was cut off within a member is truncated', async () => {
  const whole = small();
  const file = join(room, 'cut.tar');
  const end = whole.findLastIndex((byte) => byte !== 0);
  for (let length = 1; length < end; length += 97) {
    writeFileSync(file, whole.subarray(0, length));
    await assert.rejects(listed(file), fault('truncated'), `${length}`);
  }
  writeFileSync(file, zlib.gzipSync(whole).subarray(0, 200));
  await assert.rejects(listed(file), fault('truncated'));
});

test('a bomb is told before it has filled anything', async () => {
  const file = join(room, 'bomb.tar.gz');
  const head = header('zeros', 4 * 1024 ** 3);
  const gzip = zlib.gzipSync(Buffer.concat([head, Buffer.alloc(64 * 1024 * 1024)]), { level: 9 });
  // Members of gzip follow each other: 64 MiB in 64 KiB each.
  const more = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
  writeFileSync(file, Buffer.concat([gzip, ...Array.from({ length: 20 }, () => more)]));
  await assert.rejects(listed(file, false), fault('too-much'));
});

test('sizes and maps that cannot be are refused', async () => {
  const file = join(room, 'bad.tar');
  const write = (...blocks: Buffer[]) => writeFileSync(file, Buffer.concat([...blocks, Buffer.alloc(1024)]));
  write(header('big', 2 ** 60));
  await assert.rejects(listed(file), fault('damaged'));
  write(header('x', 100_000_000, 'x'));
  await assert.rejects(listed(file), fault('too-much'));
  write(header('pax', 20, 'x'), block('99 path=a\n'), header('a', 0));
  await assert.rejects(listed(file), fault('damaged'));
  write(header('pax', 24, 'x'), block('24 GNU.sparse.realsize=9'.padEnd(24)), header('a', 0));
  await assert.rejects(listed(file));
  write(block('no header at all'));
  await assert.rejects(listed(file), fault('damaged'));
});

test('any damage to a tar file is told as a fault or read over, never more', async () => {
  const whole = small();
  const file = join(room, 'fuzz.tar');
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(changes, fc.boolean(), async (changes, mend) => {
      const bytes = Buffer.from(whole);
      for (const [at, byte] of changes) bytes[at] = byte;
      // With its sums right again, what is wrong goes further.
      if (mend)
        for (let at = 0; at + 512 <= bytes.length; at += 512)
          if (bytes.toString('latin1', at + 257, at + 262) === 'ustar') sum(bytes.subarray(at, at + 512));
      writeFileSync(file, bytes);
      try {
        await listed(file);
      } catch (error) {
        assert.ok(error instanceof ArchiveFault, String(error));
      }
    }),
    { numRuns: Number(process.env.TAR_FUZZ ?? 500) },
  );
});

interface Listed {
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly mode: number;
  readonly size: number;
  readonly sha256: string;
}

async function listed(file: string, hashed = true): Promise<readonly Listed[]> {
  const fd = openSync(file, 'r');
  const found: Listed[] = [];
  const source = openPiece({ fd, start: 0, end: statSync(file).size });
  try {
    await readTar(source, async ({ name, kind, target, mode, size }, content) => {
      const hash = createHash('sha256');
      if (hashed) {
        await content.head(100);
        for await (const piece of content.pieces()) hash.update(piece);
      }
      found.push({ name, kind, target, mode, size, sha256: hash.digest('hex') });
    });
  } finally {
    source.close();
    closeSync(fd);
  }
  return found;
}

function small(): Buffer {
  const file = join(room, 'small.tar');
  execFileSync('tar', [
    '-C',
    join(room, 'tree'),
    '--format=posix',
    '--sparse',
    '-cf',
    file,
    'plain',
    'second',
    'holes',
    long,
  ]);
  return readFileSync(file);
}

function fault(code: string) {
  return (error: unknown): boolean => error instanceof ArchiveFault && error.code === code;
}

function header(name: string, size: number, type = '0'): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write(name, 0);
  bytes.write('0000755\0', 100);
  if (size < 8 ** 11) bytes.write(size.toString(8).padStart(11, '0'), 124);
  else {
    bytes[124] = 0x80;
    bytes.writeBigUInt64BE(BigInt(size), 128);
  }
  bytes.write(type, 156);
  bytes.write('ustar\x0000', 257);
  sum(bytes);
  return bytes;
}

function block(text: string): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write(text);
  return bytes;
}

function sum(bytes: Buffer): void {
  bytes.fill(0x20, 148, 156);
  const total = bytes.reduce((all, byte) => all + byte, 0);
  bytes.write(`${total.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
