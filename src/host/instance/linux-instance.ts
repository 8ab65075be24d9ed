import {
  closeSync,
  constants,
  fstatSync,
  opendirSync,
  openSync,
  readSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { keptDescriptors } from '../../core/kernel/descriptors.ts';
import type { EntryId } from '../../core/kernel/entry.ts';
import { done, type Outcome } from '../../core/outcome.ts';
import { createInstanceLock } from '../lock/instance-lock.ts';
import { clock } from '../system/clock.ts';
import { descriptorLimit } from '../system/descriptors.ts';
import type { Libc } from '../system/libc.ts';
import type { Instance, RawEntry } from './instance.ts';
import { createKeptFiles } from './kept-files.ts';
import { createRegistrar } from './registrar.ts';

/** What opening an instance yields; `ENOTBINFMT` where the directory belongs to another file system. */
export type Opened =
  | { readonly ok: true; readonly instance: Instance }
  | { readonly ok: false; readonly code: string; readonly message: string };

const { O_RDONLY, O_WRONLY, O_RDWR, O_DIRECTORY } = constants;
const BINFMT_MISC_MAGIC = 0x42494e4d;
/** The register string ends at 1920 bytes, so today's entries fit in a page; the loop takes whatever comes. */
const buffer = Buffer.allocUnsafe(16 * 1024);
const ENABLE = Buffer.from('1');

/**
 * Opens the kernel's instance that is mounted on a directory, for everything that repair does. `path` is a byte
 * string. An untriggered automount is triggered by this and may block: that is for a child to do first.
 */
export function openInstance(path: string, libc: Libc | null): Opened {
  try {
    const fd = openSync(Buffer.from(path, 'latin1'), O_RDONLY | O_DIRECTORY);
    const held = `/proc/self/fd/${fd}`;
    if (statfsSync(held).type === BINFMT_MISC_MAGIC) return { ok: true, instance: bindTo(fd, held, libc) };
    closeSync(fd);
    return { ok: false, code: 'ENOTBINFMT', message: `${path}: not a binfmt_misc file system` };
  } catch (error) {
    return failure(error);
  }
}

function bindTo(fd: number, path: string, libc: Libc | null): Instance {
  const file = (name: string): Buffer => Buffer.from(`${path}/${name}`, 'latin1');
  const register = file('register');
  const status = file('status');
  const kept = createKeptFiles(file, keptDescriptors(descriptorLimit()));
  const lock = createInstanceLock(fd, register, libc);
  const registrar = createRegistrar(register, lock.writable);
  let closed = false;
  return {
    root: idOf(fd),
    path,
    now: clock.now,
    enabled: () => readAll(status)?.text.startsWith('enabled') ?? false,
    names: () => {
      const names = listNames(path);
      kept.only(names);
      return names;
    },
    isEmpty: () => listNames(path, 1).length === 0,
    read: (name) => (isEntryName(name) ? kept.read(name) : null),
    glance: (name) => (isEntryName(name) ? kept.glance(name) : null),
    register: registrar.write,
    batch: registrar.batch,
    change: (name, value, id) => (isEntryName(name) ? writeTo(file(name), value, id) : refused(name)),
    enable: () => write(status, ENABLE),
    lock: lock.take,
    stay: lock.stay,
    unlock: lock.release,
    close: () => {
      // The number may be that of another file by now.
      if (closed) return;
      closed = true;
      kept.only([]);
      lock.release();
      closeSync(fd);
    },
  };
}

/** `-1` written to `status` would delete every entry, and a slash would leave the instance. */
function isEntryName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && !isControl(name);
}

function isControl(name: string): boolean {
  return name === 'register' || name === 'status';
}

function refused(name: string): Outcome {
  return { ok: false, code: 'EINVAL', message: `${JSON.stringify(name)} is not the name of an entry` };
}

/** readdir sorts, opendir gives the kernel's order. `most`: no more are wanted. */
function listNames(path: string, most = Number.POSITIVE_INFINITY): string[] {
  const names: string[] = [];
  const directory = opendirSync(path, { encoding: 'latin1', bufferSize: Math.min(most + 3, 1024) });
  try {
    let item = directory.readSync();
    for (; item !== null && names.length < most; item = directory.readSync()) {
      if (!isControl(item.name)) names.push(item.name);
    }
  } finally {
    directory.closeSync();
  }
  return names;
}

/** A missing file costs an exception of 9 µs; a look before (4 µs) would be paid by every file that is there. */
function readAll(file: Buffer): RawEntry | null {
  let fd: number;
  try {
    fd = openSync(file, O_RDONLY);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const id = idOf(fd);
    let text = '';
    for (let size = readSync(fd, buffer); size > 0; size = readSync(fd, buffer)) {
      text += buffer.toString('latin1', 0, size);
    }
    return { text, id };
  } finally {
    closeSync(fd);
  }
}

/** Never flag `w`: its O_CREAT turns ENOENT into EACCES and its O_TRUNC makes a second event. */
function write(file: Buffer, bytes: Uint8Array): Outcome {
  try {
    const fd = openSync(file, O_WRONLY);
    try {
      writeSync(fd, bytes);
      return done;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return failure(error);
  }
}

/** By name it would be a race: the descriptor that was compared is the one that is written to. */
function writeTo(file: Buffer, value: '1' | '-1', id: EntryId): Outcome {
  try {
    const fd = openSync(file, O_RDWR);
    try {
      const { dev, ino, nlink } = fstatSync(fd);
      if (dev !== id.dev || ino !== id.ino || nlink === 0) {
        return { ok: false, code: 'ESTALE', message: 'ESTALE: another entry has taken the name' };
      }
      writeSync(fd, value);
      return done;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return failure(error);
  }
}

function idOf(fd: number): EntryId {
  const { dev, ino, ctimeMs } = fstatSync(fd);
  return { dev, ino, ctimeMs };
}

function failure(error: unknown): { ok: false; code: string; message: string } {
  return { ok: false, code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
}
