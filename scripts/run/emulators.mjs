// Finds or obtains QEMU's static user emulators, for `npm start`.
import { closeSync, openSync, readSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail, say } from './say.mjs';
import { step } from './steps.mjs';
import { unpackFromDebian } from './unpack-qemu.mjs';

/**
 * By package manager: each command is tried in turn until an emulator is found. Names differ: Debian 13 made
 * qemu-user itself static; Alpine packs each emulator by itself, and openSUSE's static emulators are called
 * qemu-linux-user.
 */
const managers = [
  { program: 'apt-get', installs: ['apt-get', 'install', '--no-install-recommends', 'qemu-user-static'] },
  { program: 'dnf', installs: ['dnf', 'install', '-y', 'qemu-user-static'] },
  {
    program: 'apk',
    installs: [
      'apk',
      'add',
      ...['aarch64', 'arm', 'x86_64', 'riscv64', 'ppc64le', 's390x'].map((a) => `qemu-${a}`),
    ],
  },
  { program: 'zypper', installs: ['zypper', '--non-interactive', 'install', 'qemu-linux-user'] },
  { program: 'pacman', installs: ['pacman', '-Sy', '--noconfirm', 'qemu-user-static'] },
];

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'binfmt-keeper');
const unpacked = join(cache, 'qemu/usr/bin');

/**
 * The directory that has emulators of these names (`qemu-aarch64`): one of the given, else our cache, which gets them.
 * Debian's package is unpacked there, root or not: installed, it would register entries on a host with systemd. Other
 * packages are installed where root is on the host; in a sandbox nothing of the host is changed.
 */
export async function emulatorDirectory(sources, wanted, sandbox) {
  const there = sources.find((directory) => has(directory, wanted));
  if (there !== undefined) return there;
  const manager = managers.find(({ program }) => exists(program));
  if (exists('apt-get') && exists('dpkg-deb')) {
    await unpackFromDebian(cache, wanted, (name) => fileOf(unpacked, name) !== undefined);
    if (has(unpacked, wanted)) return unpacked;
  } else if (manager && process.getuid() === 0 && !sandbox) {
    const [command, ...args] = manager.installs;
    const { status, stderr } = await step(`installing QEMU (${manager.installs.join(' ')})`, command, args);
    if (status !== 0) say(stderr.trim());
    const found = sources.find((directory) => has(directory, wanted));
    if (found !== undefined) return found;
  }
  const commands = (manager ? [manager] : managers)
    .map(({ installs }) => `  sudo ${installs.join(' ')}\n`)
    .join('');
  return fail(
    `no static emulator for the platforms asked for in ${sources.join(', ')}; install QEMU with\n${commands}and run npm start again`,
  );
}

function has(directory, wanted) {
  return wanted.some((name) => fileOf(directory, name) !== undefined);
}

/** Debian and Fedora say `qemu-X-static`, Alpine and Debian 13 `qemu-X`. */
function fileOf(directory, name) {
  return [`${name}-static`, name].map((file) => join(directory, file)).find(isStatic);
}

function exists(program) {
  return (process.env.PATH ?? '')
    .split(':')
    .some((directory) => directory && canOpen(join(directory, program)));
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
