import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { identify } from '../../core/binary/identify.ts';
import { loadElf, type ReadAt } from '../../core/diagnose/elf-load.ts';
import type { Bar, Errno, Found, FoundFile } from '../../core/diagnose/facts.ts';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import type { NativeHost } from '../../core/native/acceptance.ts';
import { errnoOf } from '../system/errno.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { noexecMount } from '../system/noexec.ts';
import { absolute, type Places, resolve } from './resolve.ts';

/** From where a path is seen. */
export interface Eyes {
  /** Root directory of a container, or `/`; a byte string without a slash at its end. */
  readonly root: string;
  /** Where relative paths begin, within that root. */
  readonly cwd: string;
  readonly native: NativeHost;
  /** What was seen on the way to other files. */
  readonly places?: Places;
}

/**
 * What lies at a path, as the kernel finds it when this process executes it: nothing is executed, and a FIFO or a device is
 * never opened. In a root that is not ours its own administrator is taken for the caller.
 */
export async function lookAt(path: string, eyes: Eyes): Promise<Found> {
  const { root, cwd } = eyes;
  if (path === '') return { kind: 'none', errno: 'ENOENT', why: 'the name is empty' };
  const whole = absolute(path, cwd);
  const way = await resolve(whole, root, eyes.places);
  if (way.kind === 'hung') return { kind: 'unseen', why: way.why };
  // /proc/self/fd/N and the like lead to what their text does not name, so that the kernel has the last word.
  const target = root === '/' ? whole : way.at;
  if (way.kind === 'none' && root !== '/') return none(way.errno, way.why);
  try {
    const stat = statSync(Buffer.from(target, 'latin1'));
    // A slash at the end asks for a directory.
    if (/\/\.?$/.test(path) && !stat.isDirectory())
      return none('ENOTDIR', `${textOf(path)} ends as a directory does, and is none`);
    return seen(target, way.kind === 'there' ? way.at : target, stat, eyes);
  } catch (error) {
    return none(errnoOf(error), way.kind === 'none' ? way.why : `${textOf(path)} cannot be looked at`);
  }
}

const errnos: readonly string[] = ['EACCES', 'ELOOP', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR', 'EIO'];

function none(errno: string, why: string): Found {
  return errnos.includes(errno)
    ? { kind: 'none', errno: errno as Errno, why }
    : { kind: 'unseen', why: `${why} (${errno})` };
}

function seen(path: string, at: string, stat: Stats, eyes: Eyes): Found {
  const type = typeOf(stat);
  const bar = barOf(path, at, stat, eyes);
  const what = type === 'regular' ? read(path, eyes.native) : null;
  if (what === 'gone') return none('ENOENT', `${textOf(path)} went away while it was read`);
  const { mode, size } = stat;
  return {
    kind: 'file',
    at,
    type,
    mode,
    size,
    barred: bar,
    nosuid: (mode & 0o6000) === 0 ? null : nosuidMount(at),
    ...(what ?? unread),
  };
}

const unread = { head: null, what: null, elf: null };

function typeOf(stat: Stats): 'regular' | 'directory' | 'fifo' | 'socket' | 'device' {
  if (stat.isFile()) return 'regular';
  if (stat.isDirectory()) return 'directory';
  if (stat.isFIFO()) return 'fifo';
  return stat.isSocket() ? 'socket' : 'device';
}

/** access(2) knows modes, ACLs, capabilities and noexec mounts as exec does; the reason is found beside it. */
function barOf(path: string, at: string, stat: Stats, { root }: Eyes): Bar | null {
  const name = textOf(at);
  if (!stat.isFile()) return { by: 'type', why: `${name} is ${nameOfType[typeOf(stat)]}` };
  const nobody = (stat.mode & 0o111) === 0;
  const mode: Bar = {
    by: 'mode',
    why: `${name} has no execute permission${nobody ? '' : ' for this user'} (mode ${(stat.mode & 0o7777).toString(8).padStart(4, '0')})`,
  };
  if (root !== '/') return nobody ? mode : noexecBar(name);
  try {
    accessSync(Buffer.from(path, 'latin1'), constants.X_OK);
    return null;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'EACCES') return { by: 'policy', why: `${name} may not be executed: ${errno}` };
    return nobody ? mode : (noexecBar(name) ?? mode);
  }
}

function noexecBar(name: string): Bar | null {
  const point = noexecMount(name);
  const why = `${name} lies on ${textOf(point ?? '')}, which is mounted noexec`;
  return point === null ? null : { by: 'noexec', why, mount: point };
}

const nameOfType = {
  regular: 'a file',
  directory: 'a directory',
  fifo: 'a FIFO',
  socket: 'a socket',
  device: 'a device',
} as const;

function nosuidMount(at: string): string | null {
  const mount = recentMountOf(at);
  return mount?.options.includes('nosuid') ? mount.mountPoint : null;
}

/** What is known of a file by its bytes. */
type Contents = { readonly [key in 'head' | 'what' | 'elf']: NonNullable<FoundFile[key]> };

/** Makes it of the first bytes, and of others as they are asked for. `size`: null where nobody knows it. */
export function contentsOf(
  head: Uint8Array,
  size: number | null,
  native: NativeHost,
  further: ReadAt,
): Contents {
  const what = identify(head, { size }, ({ offset, length }) => further(offset, length));
  return { head, what, elf: loadElf(readerOf(head, further), native) };
}

/** Null where it may not be read. */
function read(path: string, native: NativeHost): Contents | 'gone' | null {
  let fd: number;
  try {
    // O_NONBLOCK: what was a file a moment ago may be a FIFO now.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    fd = openSync(Buffer.from(path, 'latin1'), flags);
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? 'gone' : null;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return 'gone';
    const head = readFrom(fd, 0, 4096);
    return contentsOf(head, stat.size, native, (offset, size) => readFrom(fd, offset, size));
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

/** Reads from the first bytes where they reach, and else from the file. */
function readerOf(head: Uint8Array, further: ReadAt): ReadAt {
  return (offset, size) =>
    offset + size <= head.length || head.length < 4096
      ? head.subarray(offset, offset + size)
      : further(offset, size);
}

function readFrom(fd: number, offset: number, size: number): Uint8Array {
  // No file is as long, and Node takes no such number.
  if (offset + size > Number.MAX_SAFE_INTEGER) return new Uint8Array();
  const buffer = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const got = readSync(fd, buffer, length, size - length, offset + length);
    if (got === 0) break;
    length += got;
  }
  return buffer.subarray(0, length);
}

/** The beginning of a text that lies in a root: of a regular file alone, so that nothing there makes us wait. */
export async function readTextAt(path: string, root: string): Promise<string> {
  const way = await resolve(path, root);
  if (way.kind !== 'there') return '';
  let fd: number | null = null;
  try {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;
    const file = Buffer.from(way.at, 'latin1');
    if (!lstatSync(file).isFile()) return '';
    fd = openSync(file, flags);
    return fstatSync(fd).isFile() ? Buffer.from(readFrom(fd, 0, 65_536)).toString('latin1') : '';
  } catch {
    return '';
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** Names in a directory that lies in a root. */
export async function listAt(path: string, root: string): Promise<readonly string[]> {
  const way = await resolve(path, root);
  try {
    return way.kind === 'there' ? readdirSync(Buffer.from(way.at, 'latin1'), { encoding: 'latin1' }) : [];
  } catch {
    return [];
  }
}

/** The directory that relative paths begin in, a byte string; where it is gone, the name by which nothing is found in it. */
export function workingDirectory(): string {
  try {
    return bytesOf(process.cwd());
  } catch {
    return '/proc/self/cwd';
  }
}
