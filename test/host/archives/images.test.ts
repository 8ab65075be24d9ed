import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import * as zlib from 'node:zlib';
import { beginningOf, runExplain } from '../../cli/explain/run-explain.ts';

let room = '';
before(() => {
  room = mkdtempSync(join(tmpdir(), 'images-'));
});
after(() => rmSync(room, { recursive: true }));

const arm64 = (): Buffer => beginningOf('arch-test', '/arm64');
const amd64 = (): Buffer => beginningOf('arch-test', '/amd64');
const riscv64 = (): Buffer => beginningOf('arch-test', '/riscv64');

test('a file that a later layer replaces, removes or hides does not count; one that it adds does', () => {
  const layers = [
    {
      'bin/a': amd64(),
      'bin/b': amd64(),
      'opt/x/c': amd64(),
      'opt/y/d': amd64(),
      'bin/e': amd64(),
      dir: { f: amd64() },
    },
    {
      'bin/a': arm64(),
      'bin/.wh.b': '',
      'opt/x/.wh..wh..opq': '',
      'opt/x/g': amd64(),
      'opt/.wh.y': '',
      dir: 'a file now',
    },
    { 'bin/h': riscv64() },
  ];
  const layout = ociLayout('layout', [{ platform: { os: 'linux', architecture: 'arm64' }, layers }]);
  assert.deepEqual(misfits(layout), ['bin/e', 'bin/h', 'opt/x/g']);
});

test('each platform of an index is looked at by itself, and only those that are asked for', () => {
  const layout = ociLayout('index', [
    { platform: { os: 'linux', architecture: 'arm64' }, layers: [{ app: arm64(), tool: amd64() }] },
    { platform: { os: 'linux', architecture: 'amd64' }, layers: [{ app: amd64() }] },
    { platform: { os: 'unknown', architecture: 'unknown' }, layers: [] },
  ]);
  assert.deepEqual(misfits(layout), ['tool']);
  assert.deepEqual(misfits(layout, 'linux/amd64'), []);
  const none = checked(layout, 'linux/riscv64');
  assert.deepEqual(
    [none[0].ok, none[0].fault.message],
    [false, 'no image for linux/riscv64: it has linux/arm64, linux/amd64'],
  );
});

for (const packed of ['plain', 'gzip', 'zstd'])
  test(`an archive of a layout, and one of docker save, with layers of each kind: ${packed}`, (t) => {
    if (packed === 'zstd' && !('createZstdDecompress' in zlib)) return t.skip('this Node has no zstd');
    const layers = [{ 'usr/bin/app': arm64(), 'usr/bin/tool': amd64() }, { 'usr/bin/late': riscv64() }];
    const layout = ociLayout(
      `archive-${packed}`,
      [{ platform: { os: 'linux', architecture: 'arm64' }, layers }],
      packed,
    );
    const docker = dockerSave(`docker-${packed}`, layers);
    for (const directory of [layout, docker]) {
      execFileSync('tar', ['-cf', `${directory}.tar`, '-C', join(room, directory), '.'], { cwd: room });
      const tar = join(room, `${directory}.tar`);
      writeFileSync(tar, pack(readFileSync(tar), packed));
      assert.deepEqual(misfits(`${directory}.tar`), ['usr/bin/late', 'usr/bin/tool'], directory);
    }
  });

test('what an image lacks, or says against itself, is a fault and no pass', () => {
  const layers = [{ app: arm64() }];
  const layout = ociLayout('lacks', [{ platform: { os: 'linux', architecture: 'arm64' }, layers }]);
  const manifest = JSON.parse(readFileSync(join(room, layout, 'index.json'), 'utf8')).manifests[0].digest;
  const blob = join(room, layout, 'blobs', manifest.replace(':', '/'));
  const layer = JSON.parse(readFileSync(blob, 'utf8')).layers[0].digest;
  rmSync(join(room, layout, 'blobs', layer.replace(':', '/')));
  assert.equal(checked(layout)[1].fault.code, 'part-missing');
  rmSync(blob);
  assert.equal(checked(layout)[0].fault.code, 'no-image');
  writeFileSync(join(room, layout, 'index.json'), '{"manifests":[{"digest":"sha256:../../etc/passwd"}]}');
  assert.equal(checked(layout)[0].fault.code, 'damaged');
  writeFileSync(join(room, layout, 'index.json'), 'no JSON');
  assert.equal(checked(layout)[0].fault.code, 'damaged');
});

test('a directory with a manifest.json of something else is a directory', () => {
  mkdirSync(join(room, 'web'));
  writeFileSync(join(room, 'web/manifest.json'), '{"name":"app"}');
  writeFileSync(join(room, 'web/index.json'), '[]');
  writeFileSync(join(room, 'web/tool'), amd64(), { mode: 0o755 });
  assert.deepEqual(misfits('web'), ['tool']);
});

type Tree = { readonly [name: string]: Buffer | string | Tree };
interface Given {
  readonly platform: { readonly os: string; readonly architecture: string };
  readonly layers: readonly Tree[];
}

function checked(path: string, platform = 'linux/arm64') {
  const { out, err } = runExplain(['--require', platform, path, '-o', 'json'], { cwd: room });
  assert.equal(err, '');
  return JSON.parse(out).checked;
}

function misfits(path: string, platform?: string): readonly string[] {
  return checked(path, platform).flatMap((one: { misfits: { path: string }[]; fault: unknown }) => {
    assert.equal(one.fault, null);
    return one.misfits.map((misfit) => misfit.path);
  });
}

function ociLayout(name: string, images: readonly Given[], packed = 'gzip'): string {
  const root = join(room, name);
  const blob = (bytes: Buffer | string): { digest: string; size: number } => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    mkdirSync(join(root, 'blobs/sha256'), { recursive: true });
    writeFileSync(join(root, 'blobs/sha256', hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const manifests = images.map(({ platform, layers }) => {
    const config = blob(JSON.stringify(platform));
    return {
      ...blob(JSON.stringify({ config, layers: layers.map((tree) => blob(pack(tarOf(tree), packed))) })),
      platform,
    };
  });
  writeFileSync(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(root, 'index.json'), JSON.stringify({ manifests }));
  return name;
}

/** As Docker saved them before version 25. */
function dockerSave(name: string, layers: readonly Tree[]): string {
  const root = join(room, name);
  mkdirSync(root);
  const names = layers.map((tree, at) => {
    mkdirSync(join(root, `${at}`.repeat(64)));
    writeFileSync(join(root, `${at}`.repeat(64), 'layer.tar'), tarOf(tree));
    return `${`${at}`.repeat(64)}/layer.tar`;
  });
  writeFileSync(join(root, 'c.json'), JSON.stringify({ os: 'linux', architecture: 'arm64' }));
  writeFileSync(
    join(root, 'manifest.json'),
    JSON.stringify([{ Config: 'c.json', RepoTags: ['app:1'], Layers: names }]),
  );
  return name;
}

function pack(bytes: Buffer, packed: string): Buffer {
  if (packed === 'gzip') return zlib.gzipSync(bytes);
  if (packed === 'plain') return bytes;
  return (zlib as unknown as { zstdCompressSync(bytes: Buffer): Buffer }).zstdCompressSync(bytes);
}

function tarOf(tree: Tree): Buffer {
  const root = mkdtempSync(join(room, 'layer-'));
  const write = (below: string, entries: Tree): void => {
    for (const [name, given] of Object.entries(entries)) {
      const path = join(below, name);
      mkdirSync(dirname(path), { recursive: true });
      if (typeof given === 'string' || Buffer.isBuffer(given)) writeFileSync(path, given, { mode: 0o755 });
      else write(path, given);
    }
  };
  write(root, tree);
  return execFileSync('tar', ['-cf', '-', '-C', root, '.'], { maxBuffer: 64 * 1024 * 1024 });
}
