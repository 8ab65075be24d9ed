import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { beginningOf, consoleOf, runExplain } from './run-explain.ts';

let room = '';
before(() => {
  room = mkdtempSync(join(tmpdir(), 'require-'));
  mkdirSync(join(room, 'dist/lib'), { recursive: true });
  const put = (name: string, bytes: Buffer | string, mode = 0o755) => {
    writeFileSync(join(room, 'dist', name), bytes);
    chmodSync(join(room, 'dist', name), mode);
  };
  put('k3s', beginningOf('busybox-static', 'busybox'));
  put('k3s-arm64', beginningOf('_arm64', 'fd'));
  put('k3s-armhf', beginningOf('_armhf', 'fzf'));
  put('install.sh', '#!/bin/sh\necho\n');
  put('notes.txt', 'text', 0o644);
  put('lib/libthing.so', beginningOf('libc6-sh4-cross', 'libc.so.6'), 0o644);
  symlinkSync('k3s', join(room, 'dist/link'));
  // What a release for arm64 had: one program of four is for amd64, and no name says so.
  mkdirSync(join(room, 'sealos'));
  for (const name of ['sealos', 'lvscare', 'image-cri-shim'])
    writeFileSync(join(room, 'sealos', name), beginningOf('_arm64', 'busybox'), { mode: 0o755 });
  writeFileSync(join(room, 'sealos/sealctl'), beginningOf('busybox-static', 'busybox'), { mode: 0o755 });
  execFileSync('tar', ['-czf', 'sealos_linux_arm64.tar.gz', '-C', 'sealos', '.'], { cwd: room });
  const sum = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(room, 'dist', name)))
      .digest('hex');
  writeFileSync(join(room, 'sums.txt'), `${sum('k3s-arm64')}  k3s-arm64\n${sum('k3s')} *k3s\n`);
});
after(() => rmSync(room, { recursive: true }));

const run = (...args: readonly string[]) => runExplain(args, { cwd: room });
const found = (...args: readonly string[]) => JSON.parse(run(...args, '-o', 'json').out).checked;
const paths = (checked: { misfits: { path: string }[] }[]) =>
  checked.flatMap(({ misfits }) => misfits.map((m) => m.path));

test('a release directory: what is not for the platform is listed, libraries and texts are not', () => {
  const { status, out } = run('--require', 'linux/arm64', 'dist');
  assert.equal(status, 1);
  assert.match(out, /^k3s +linux\/amd64, static +another platform$/m);
  assert.match(out, /^k3s-armhf +linux\/arm, dynamic +another platform$/m);
  assert.match(out, /^dist: 2 files do not fit linux\/arm64; 4 programs looked at; 1 libraries/m);
  assert.deepEqual(paths(found('--require', 'linux/amd64,linux/arm64,linux/arm', 'dist')), []);
});

test('the same files in tar files of any kind, and through a pipe', () => {
  execFileSync('tar', ['-cf', 'dist.tar', '-C', 'dist', '.'], { cwd: room });
  const tar = readFileSync(join(room, 'dist.tar'));
  writeFileSync(join(room, 'dist.tgz'), gzipSync(tar));
  for (const file of ['dist.tar', 'dist.tgz'])
    assert.deepEqual(paths(found('--require', 'linux/arm64', file)), ['k3s', 'k3s-armhf'], file);
  const piped = runExplain(['--require', 'linux/arm64', '-'], { cwd: room, input: gzipSync(tar) });
  assert.equal(piped.status, 1);
  assert.match(piped.out, /2 files do not fit/);
});

test('a file that an installer places under another name is checked alone, and named as it will be', () => {
  const right = run(
    '--require',
    'linux/arm64',
    '--rename',
    'k3s-arm64=k3s',
    '--checksums',
    'sums.txt',
    'dist',
  );
  assert.deepEqual([right.status, right.out], [0, 'dist: 1 program looked at, all for linux/arm64\n']);
  const wrong = run('--require', 'linux/arm64', '--rename', 'k3s-armhf=k3s', 'dist');
  assert.equal(wrong.status, 1);
  assert.match(wrong.out, /^k3s-armhf +k3s +linux\/arm, dynamic +another platform$/m);
  assert.match(run('--require', 'linux/arm64', '--rename', 'k3s-arm=k3s', 'dist').out, /it has no k3s-arm$/m);
  assert.equal(run('--require', 'linux/arm64', '--rename', 'a=k', '--rename', 'b=k', 'dist').status, 2);
});

test('a sum that is another one, or lacking, is told', () => {
  writeFileSync(join(room, 'bad.txt'), `${'0'.repeat(64)}  k3s-arm64\n`);
  const told = found('--require', 'linux/arm64,linux/amd64,linux/arm', '--checksums', 'bad.txt', 'dist')[0]
    .misfits;
  assert.deepEqual(
    told.map(({ path, told }: { path: string; told: { why: string } }) => [path, told.why]),
    [
      ['install.sh', 'unlisted'],
      ['k3s', 'unlisted'],
      ['k3s-arm64', 'checksum'],
      ['k3s-armhf', 'unlisted'],
    ],
  );
  writeFileSync(join(room, 'bad.txt'), 'no sums\n');
  assert.equal(run('--require', 'linux/arm64', '--checksums', 'bad.txt', 'dist').status, 2);
});

test('what is saved as a program and is none is told, under a name that says so it is not', () => {
  mkdirSync(join(room, 'mixed'));
  const put = (name: string, bytes: Buffer | string) =>
    writeFileSync(join(room, 'mixed', name), bytes, { mode: 0o755 });
  put('page', '<!DOCTYPE html><html>');
  put('page.html', '<!DOCTYPE html><html>');
  put('tool', Buffer.from('PK\x03\x04', 'latin1'));
  put('tool.zip', Buffer.from('PK\x03\x04', 'latin1'));
  put('pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n');
  put('empty', '');
  put('dos.sh', '#!/bin/sh\r\necho\r\n');
  put('cut', beginningOf('_arm64', 'busybox').subarray(0, 3000));
  put('agent', beginningOf('npm @esbuild/darwin-arm64'));
  put('good', beginningOf('_arm64', 'busybox'));
  const wanted = ['agent', 'cut', 'dos.sh', 'empty', 'page', 'pointer', 'tool'];
  assert.deepEqual(paths(found('--require', 'linux/arm64', 'mixed')), wanted);
});

test('what holds no program, cannot be read or is no platform does not pass', () => {
  mkdirSync(join(room, 'none'));
  assert.deepEqual(
    [run('--require', 'linux/arm64', 'none').status, run('--require', 'linux/arm64', 'none').out],
    [1, 'none: it has no program\n'],
  );
  assert.match(run('--require', 'linux/arm64', 'nosuch').out, /no such file or directory/);
  assert.equal(run('--require', 'linux/arm64', 'nosuch').status, 1);
  assert.equal(run('--require', 'linux/arm46', 'dist').status, 2);
  assert.equal(run('--require', 'linux/arm64').status, 2);
  execFileSync('mkfifo', [join(room, 'none/fifo')]);
  assert.equal(run('--require', 'linux/arm64', 'none/fifo').status, 1);
  writeFileSync(join(room, 'none/cut.tgz'), readFileSync(join(room, 'dist.tgz')).subarray(0, 5000));
  assert.match(run('--require', 'linux/arm64', 'none/cut.tgz').out, /end too early/);
});

test('the examples of the documentation are true', () => {
  const examples = consoleOf('explain.md', 'binfmt-keeper explain --require');
  assert.ok(examples.length >= 3);
  for (const { command, prints } of examples) {
    const args = command.split(' ').slice(2);
    assert.equal(run(...args).out, prints, command);
  }
});
