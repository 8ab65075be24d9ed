import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { elfHeader } from '../../src/core/kernel/elf.ts';
import { probeBytes } from '../../src/host/probe/files.ts';
import { foreignLine, targets } from '../e2e/foreign.ts';

/** In a private instance, with a tmpfs on /mnt: explains programs by the command line, executes them too, and prints what came of each. */
const main = '/proc/sys/fs/binfmt_misc';
const cli = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const [target, other] = targets;
const emulator = (name: string): string => `/usr/bin/qemu-${name}-static`;

function explain(
  scene: string,
  args: readonly string[],
  options: { input?: Buffer; run?: string; env?: object } = {},
): void {
  const env = { ...process.env, ...options.env };
  const command = ['--no-warnings', cli, 'explain', '-o', 'json', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    ...{ encoding: 'utf8', input: options.input ?? '', env, cwd: '/mnt' },
  });
  const ran = options.run === undefined ? null : spawnSync(options.run, [], { cwd: '/mnt', env, input: 'x' });
  const end = ran === null ? null : (ran.signal ?? ran.status);
  const file = stdout === '' ? null : JSON.parse(stdout).files[0];
  process.stdout.write(`${JSON.stringify({ scene, status, file, end, stderr })}\n`);
}

function put(name: string, bytes: Uint8Array | string, mode = 0o755): string {
  writeFileSync(`/mnt/${name}`, bytes);
  chmodSync(`/mnt/${name}`, mode);
  return `/mnt/${name}`;
}

const guest = probeBytes(target) ?? new Uint8Array();
const plain = put('k3s', guest);
const named = put(`hello-${target}`, guest);
explain('no entry', [plain]);
writeFileSync(`${main}/register`, foreignLine('front', target, emulator(target)));
explain('emulated', [named], { run: named });
explain('not asked', ['--no-probe', named]);
explain('quiet', ['--quiet', named]);
explain('stdin', ['-'], { input: Buffer.from(guest) });
explain('setuid', [put(`suid-${target}`, guest, 0o4755)]);
explain('no loader', [put(`dynamic-${target}`, dynamicGuest())], { run: `/mnt/dynamic-${target}` });

mkdirSync('/mnt/root/bin', { recursive: true });
put('root/bin/sh', guest);
put('root/bin/script', '#!/usr/local/bin/bash\n');
put('root/bin/dynamic', dynamicGuest());
explain('root', ['--root', '/mnt/root', '/bin/sh']);
explain('root without a file', ['--root', '/mnt/root']);
explain('script of another root', ['--root', '/mnt/root', '/bin/script']);
explain('loader of another root', ['--root', '/mnt/root', '/bin/dynamic']);

const sleeper = put('sleeper', '#!/bin/sleep 60\n');
const child = spawnSync('sh', ['-c', `sleep 60 >/dev/null 2>&1 & echo $!`], { encoding: 'utf8' });
explain('process', ['--pid', child.stdout.trim()]);
process.kill(Number(child.stdout));
explain('no process', ['--pid', '4194304']);
explain('a number', [put('4711', '#!/bin/sh\nexit 0\n')], { run: '/mnt/4711' });
explain('arguments of a script', [sleeper]);

explain('env', [put('env', '#!/usr/bin/env nothing-of-that-name\n')], { run: '/mnt/env' });
explain('env finds it', [put('env-found', '#!/usr/bin/env -S sh -c true\n')], { run: '/mnt/env-found' });
explain('path into the root', ['--root', 'root', 'root/bin/sh']);
const emulated = spawn(named, [], { cwd: '/', stdio: 'pipe' });
explain('emulated process', ['--pid', String(emulated.pid)]);
emulated.kill('SIGKILL');

const system = readFileSync('/bin/true');
const lacking = Buffer.from(system);
lacking.write('libQ', lacking.indexOf('libc.so.6\0'), 'latin1');
explain('no library', [put('lacking', lacking)], { run: '/mnt/lacking' });
mkdirSync('/mnt/lib');
put('lib/libQ.so.6', dynamicGuest());
const env = { LD_LIBRARY_PATH: '/mnt/lib' };
explain('library of another machine', ['/mnt/lacking'], { run: '/mnt/lacking', env });
const bare = Buffer.alloc(4096);
bare.set(elfHeader({ class: 64, data: 'little', machine: system.readUInt16LE(18), phnum: 1 }));
explain('nothing to load', [put('bare', bare)], { run: '/mnt/bare' });
explain('cut', [put('cut', system.subarray(0, 9000))], { run: '/mnt/cut' });
const library =
  /=> (\/\S+libc\S*)/.exec(spawnSync('sh', ['-c', 'ldd /bin/true'], { encoding: 'utf8' }).stdout)?.[1] ?? '';
copyFileSync(library, '/mnt/libc.so');
explain('library that can be started', ['/mnt/libc.so']);

writeFileSync(`${main}/register`, foreignLine('wrong', target, emulator(other), ''));
explain('wrong emulator in front', [named], { run: named });
explain('interpreter outside of the root', ['--root', '/mnt/root', '/bin/sh']);

/** The header of a program that asks for a loader that is nowhere. */
function dynamicGuest(): Buffer {
  const base = Buffer.from(guest);
  const phoff = base.readUInt32LE(32);
  const count = base.readUInt16LE(56);
  const table = base.length;
  const path = Buffer.from('/lib/ld-linux-nowhere.so.1\0');
  const bytes = Buffer.concat([base, base.subarray(phoff, phoff + 56 * count), Buffer.alloc(56), path]);
  const interp = table + 56 * count;
  bytes.writeUInt32LE(3, interp);
  bytes.writeUInt32LE(4, interp + 4);
  bytes.writeBigUInt64LE(BigInt(interp + 56), interp + 8);
  bytes.writeBigUInt64LE(BigInt(path.length), interp + 32);
  bytes.writeBigUInt64LE(BigInt(path.length), interp + 40);
  bytes.writeBigUInt64LE(BigInt(table), 32);
  bytes.writeUInt16LE(count + 1, 56);
  return bytes;
}
