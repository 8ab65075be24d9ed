import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { elfHeader } from '../../../src/core/kernel/elf.ts';
import { probeBytes } from '../../../src/host/probe/files.ts';
import type { InterpreterFault } from '../../../src/host/store/elf-file.ts';
import { inspectInterpreter } from '../../../src/host/store/elf-file.ts';
import {
  findInterpreter,
  interpreterVersion,
  parseInterpreterVersion,
} from '../../../src/host/store/interpreters.ts';
import { requireKernel } from '../../kernel.ts';
import { inNamespace, requireFuse } from '../namespace.ts';
import { scratch } from '../scratch.ts';

const arm = { interpreter: 'qemu-aarch64' };
/** A static ELF program that says to be one of this machine. */
const program = (path: string): string => {
  const bytes = Uint8Array.from(probeBytes('aarch64') ?? []);
  bytes.set(readFileSync(process.execPath).subarray(18, 20), 18);
  writeFileSync(path, bytes, { mode: 0o755 });
  return path;
};
const code = (result: unknown): string => (result as InterpreterFault).code;

test('the distributions\u2019 spellings are found, the static one first, the first directory before the second', async () => {
  const [one, two] = [scratch(), scratch()];
  program(join(two, 'qemu-aarch64-static'));
  const plain = program(join(one, 'qemu-aarch64'));
  assert.deepEqual(await findInterpreter(arm, [one, two]), { ok: true, path: plain });
  const better = program(join(one, 'qemu-aarch64-static'));
  assert.deepEqual(await findInterpreter(arm, [one, two]), { ok: true, path: better });
});

test('a wrapper that is a symlink leads to the emulator, one that is a program is refused', async () => {
  const [bin, libexec] = [scratch(), scratch()];
  const real = program(join(bin, 'qemu-aarch64-static'));
  symlinkSync(real, join(libexec, 'aarch64-binfmt-P'));
  assert.deepEqual(await findInterpreter(arm, [libexec]), { ok: true, path: real });
  const wrapped = scratch();
  program(join(wrapped, 'aarch64-binfmt-P'));
  assert.equal((await findInterpreter(arm, [wrapped])).ok, false);
});

test('an emulator of a neighbour in the alphabet is not taken for the one wanted', async () => {
  const dir = scratch();
  const other = program(join(dir, 'qemu-aarch64_be-static'));
  symlinkSync(other, join(dir, 'qemu-aarch64'));
  assert.equal((await findInterpreter(arm, [dir])).ok, false);
});

test('each place that will not do is named with its reason', async () => {
  const dir = scratch();
  copyFileSync(process.execPath, join(dir, 'qemu-aarch64'));
  mkdirSync(join(dir, 'qemu-aarch64-static'));
  const found = await findInterpreter(arm, [dir]);
  assert.ok(!found.ok);
  assert.deepEqual(
    found.tried.map(({ path, code }) => [path, code]),
    [
      [join(dir, 'qemu-aarch64-static'), 'unfit'],
      [join(dir, 'qemu-aarch64'), 'unfit'],
      [join(dir, 'aarch64-binfmt-P'), 'missing'],
    ],
  );
  assert.match(found.tried[0]?.message ?? '', /not a regular file/);
  assert.match(found.tried[1]?.message ?? '', /dynamically linked/);
  assert.match(found.tried[2]?.message ?? '', /not there/);
});

test('every way in which a file cannot serve has its code', async () => {
  const dir = scratch();
  const file = program(join(dir, 'good'));
  assert.equal((await inspectInterpreter(file)).ok, true);
  assert.equal(code(await inspectInterpreter(join(dir, 'none'))), 'interpreter-missing');
  assert.equal(code(await inspectInterpreter(dir)), 'interpreter-missing');
  assert.equal(code(await inspectInterpreter(process.execPath)), 'interpreter-not-static');
  writeFileSync(join(dir, 'text'), '#!/bin/sh\n', { mode: 0o755 });
  assert.equal(code(await inspectInterpreter(join(dir, 'text'))), 'interpreter-not-elf');
  chmodSync(file, 0o644);
  assert.equal(code(await inspectInterpreter(file)), 'interpreter-mode');
  chmodSync(file, 0o775);
  assert.equal(code(await inspectInterpreter(file)), 'interpreter-untrusted');
  chmodSync(file, 0o755);
  chmodSync(dir, 0o777);
  assert.equal(code(await inspectInterpreter(file)), 'interpreter-untrusted');
});

test('where nothing is pinned a dynamic program will do, and is reported as such', async () => {
  const found = await inspectInterpreter(process.execPath, { requireStatic: false });
  assert.ok(found.ok && !found.static);
});

test('program headers beyond the bytes that are read prove nothing', async () => {
  const path = join(scratch(), 'far');
  const facts = { class: 64, data: 'little', machine: 62, phoff: 1 << 20 } as const;
  writeFileSync(path, elfHeader(facts), { mode: 0o755 });
  assert.equal(code(await inspectInterpreter(path)), 'interpreter-not-elf');
});

test('a FIFO in an emulator\u2019s place, a noexec mount and somebody else\u2019s file are told apart', async (t) => {
  if (!requireKernel(t)) return;
  const file = program(join(scratch(), 'good'));
  const results = await inNamespace(`mkdir /mnt/noexec; mount -t tmpfs -o noexec,mode=755 none /mnt/noexec
    mkfifo -m 755 /mnt/fifo; cp ${file} /mnt/noexec/good; cp ${file} /mnt/good
    ln -s noexec/good /mnt/link
    for f in fifo noexec/good link good; do call store/elf-file inspectInterpreter "[\\"/mnt/$f\\"]"; done`);
  const [fifo, noexec, link, good] = results;
  assert.deepEqual([fifo, noexec, link].map(code), [
    'interpreter-missing',
    'interpreter-noexec',
    'interpreter-noexec',
  ]);
  assert.equal((good as { ok: boolean }).ok, true);
});

test('an emulator on a file system that never answers is unreachable', async (t) => {
  if (!requireKernel(t)) return;
  if (!requireFuse(t)) return;
  const [direct, linked, found] = await inNamespace(`hang /mnt/hung
    mkdir /mnt/bin; ln -s ../hung/x /mnt/bin/qemu-aarch64
    call system/reach reach '["/mnt/hung/x", 300]'
    call store/elf-file inspectInterpreter '["/mnt/bin/qemu-aarch64"]'
    call store/interpreters findInterpreter '[{"interpreter": "qemu-aarch64"}, ["/mnt/hung"]]'`);
  assert.equal(code(direct), 'ETIMEDOUT');
  assert.equal(code(linked), 'interpreter-unreachable');
  const { tried } = found as { tried: readonly { path: string; code: string }[] };
  assert.deepEqual(
    tried.map(({ path, code }) => [path, code]),
    [['/mnt/hung', 'hung']],
  );
});

test('the version is the emulator\u2019s own, without the packager\u2019s addition', () => {
  const debian = 'qemu-aarch64 version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003\n';
  assert.equal(parseInterpreterVersion(debian), '7.2.22');
  assert.equal(parseInterpreterVersion('qemu-riscv64 version 10.0.0-rc1\n'), '10.0.0-rc1');
  assert.equal(parseInterpreterVersion('usage: qemu-aarch64 version 1'), null);
});

test('a program is asked for its version once, and again when it was changed', async () => {
  const dir = scratch();
  const [path, asked] = [join(dir, 'emulator'), join(dir, 'asked')];
  const says = (version: string): void =>
    writeFileSync(path, `#!/bin/sh\necho x >>${asked}\n${version}\n`, { mode: 0o755 });
  const times = (): number => readFileSync(asked, 'utf8').length / 2;
  // As one does that hangs, only sooner.
  says('exit 1');
  assert.equal(await interpreterVersion(path), null);
  assert.equal(await interpreterVersion(path), null);
  assert.equal(times(), 1);
  says('echo qemu-x version 9.1.0');
  assert.equal(await interpreterVersion(path), '9.1.0');
  assert.equal(await interpreterVersion(path), '9.1.0');
  assert.equal(times(), 2);
});

test('a program that prints no version has none', async () => {
  assert.equal(await interpreterVersion('/bin/true'), null);
  assert.equal(await interpreterVersion('/nonexistent'), null);
});
