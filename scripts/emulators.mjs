// Finds or obtains QEMU's static user emulators, for `npm start`.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, say } from './setup.mjs';

/** Emulators that make a source worth using, the host's own left out. */
const native = { x64: 'x86_64', arm64: 'aarch64', ppc64: 'ppc64le' }[process.arch] ?? process.arch;
const names = ['aarch64', 'arm', 'x86_64', 'riscv64', 'ppc64le', 's390x', 'loongarch64', 'mips64el']
  .filter((target) => target !== native)
  .flatMap((target) => [`qemu-${target}-static`, `qemu-${target}`]);

/**
 * By package manager: each command is tried in turn until an emulator is found. Names differ: Debian 13 made
 * qemu-user itself static and qemu-user-static a transitional package; Alpine packs each emulator by itself, and
 * openSUSE's static emulators are called qemu-linux-user.
 */
const managers = [
  {
    program: 'apt-get',
    prepare: ['apt-get', 'update'],
    installs: ['qemu-user-static', 'qemu-user'].map((name) => [
      ...['apt-get', 'install', '-y', '--no-install-recommends'],
      name,
    ]),
  },
  { program: 'dnf', installs: [['dnf', 'install', '-y', 'qemu-user-static']] },
  {
    program: 'apk',
    installs: [
      ['apk', 'add', ...['aarch64', 'arm', 'x86_64', 'riscv64', 'ppc64le', 's390x'].map((a) => `qemu-${a}`)],
    ],
  },
  { program: 'zypper', installs: [['zypper', '--non-interactive', 'install', 'qemu-linux-user']] },
  { program: 'pacman', installs: [['pacman', '-Sy', '--noconfirm', 'qemu-user-static']] },
];

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'binfmt-keeper');
const unpacked = join(cache, 'qemu');

/** The first of these directories, or of what an earlier start unpacked, that has a static emulator; else null. */
export function emulatorDirectory(sources) {
  return [...sources, join(unpacked, 'usr/bin')].find(hasEmulator) ?? null;
}

/** Gets emulators as this user may: installed as root, else unpacked below the cache; ends with the command to run. */
export function obtainEmulators(sources) {
  const manager = managers.find(({ program }) => exists(program));
  if (process.getuid() === 0 && manager) install(manager, sources);
  else if (exists('apt-get') && exists('dpkg-deb')) unpack();
  const found = emulatorDirectory(sources);
  if (found !== null) return found;
  const known = manager ? [manager] : managers;
  const commands = known.map(({ installs }) => `  sudo ${installs[0].join(' ')}\n`).join('');
  return fail(
    `no static QEMU emulator in ${sources.join(', ')}; install it with\n${commands}and run npm start again`,
  );
}

function install({ prepare, installs }, sources) {
  const steps = installs.flatMap((command) => [...(prepare ? [prepare] : []), command]);
  for (const [command, ...args] of steps) {
    if (emulatorDirectory(sources) !== null) return;
    say(`installing QEMU (${[command, ...args].join(' ')})`);
    attempt(command, args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }
}

/** Debian's package, unpacked: needs neither root nor the system's package lists, of which it keeps its own copy. */
function unpack() {
  const work = mkdtempSync(join(tmpdir(), 'binfmt-keeper-qemu-'));
  const lists = join(work, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const options = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${work}`];
  try {
    say(`unpacking QEMU into ${unpacked} (apt-get download)`);
    if (!attempt('apt-get', [...options, 'update'], { cwd: work })) return;
    for (const name of ['qemu-user-static', 'qemu-user']) {
      if (!attempt('apt-get', [...options, 'download', name], { cwd: work })) continue;
      const file = readdirSync(work).find((f) => f.startsWith(`${name}_`) && f.endsWith('.deb'));
      mkdirSync(unpacked, { recursive: true });
      if (file !== undefined) attempt('dpkg-deb', ['-x', join(work, file), unpacked]);
      if (hasEmulator(join(unpacked, 'usr/bin'))) return;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function attempt(command, args, options) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status !== 0) say(`${[command, ...args].join(' ')}: ${error?.message ?? stderr.trim()}`);
  return status === 0;
}

function exists(program) {
  return (process.env.PATH ?? '')
    .split(':')
    .some((directory) => directory && canOpen(join(directory, program)));
}

function hasEmulator(directory) {
  return names.some((name) => isStatic(join(directory, name)));
}

/** Whether a file is an ELF executable without PT_INTERP; Debian 12's qemu-user, for one, is dynamic. */
function isStatic(path) {
  const header = headerOf(path);
  if (header === null || header.length < 64 || header.toString('latin1', 0, 4) !== '\x7fELF') return false;
  const [wide, little] = [header[4] === 2, header[5] === 1];
  const u16 = (at) => (little ? header.readUInt16LE(at) : header.readUInt16BE(at));
  const u32 = (at) => (little ? header.readUInt32LE(at) : header.readUInt32BE(at));
  const table = wide ? Number(little ? header.readBigUInt64LE(32) : header.readBigUInt64BE(32)) : u32(28);
  const [size, count] = wide ? [u16(54), u16(56)] : [u16(42), u16(44)];
  if (table + size * count > header.length) return false;
  return Array.from({ length: count }, (_, i) => u32(table + i * size)).every((type) => type !== 3);
}

function headerOf(path) {
  const fd = tryOpen(path);
  if (fd === null) return null;
  try {
    const buffer = Buffer.alloc(4096);
    return buffer.subarray(0, readSync(fd, buffer));
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

function canOpen(path) {
  const fd = tryOpen(path);
  if (fd !== null) closeSync(fd);
  return fd !== null;
}

function tryOpen(path) {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}
