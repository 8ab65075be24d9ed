import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import { isStatic, readElfHeader } from '../../core/kernel/elf.ts';
import { judgePath, untrusted } from '../files/trust.ts';
import { failure } from '../system/errno.ts';
import { hostArchitecture } from '../system/identity.ts';
import { isLocal } from '../system/local.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { noexecMount } from '../system/noexec.ts';
import { reach } from '../system/reach.ts';

/** A file that may serve as an interpreter. */
export interface InspectedInterpreter {
  readonly ok: true;
  /** Without symlinks. */
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly static: boolean;
  /** Its first 4096 bytes, or all of a smaller file. */
  readonly header: Uint8Array;
}

/** Why a file may not serve. */
export interface InterpreterFault {
  readonly ok: false;
  readonly code:
    | 'interpreter-missing'
    | 'interpreter-unreachable'
    | 'interpreter-untrusted'
    | 'interpreter-noexec'
    | 'interpreter-mode'
    | 'interpreter-not-elf'
    | 'interpreter-machine'
    | 'interpreter-not-static';
  readonly message: string;
  /** What its remedy names, as byte strings. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Checks a file before the kernel is asked to run it for everybody: it must be there, executable, changeable by root
 * only like everything on the way to it, and static unless the registration pins nothing (`F` finds no dynamic loader in a container).
 */
export async function inspectInterpreter(
  path: string,
  options: { readonly requireStatic: boolean } = { requireStatic: true },
): Promise<InspectedInterpreter | InterpreterFault> {
  const fault = faultAt(path);
  const reached = await reach(path);
  if (!reached.ok) return fault('unreachable', reached.message, reached.mountPoint);
  try {
    const judged = await judgePath(path);
    if (!judged.ok) {
      if (judged.code !== untrusted) return fault('missing', `interpreter cannot be read: ${judged.message}`);
      return fault('untrusted', `${path} cannot be trusted: ${judged.message}`);
    }
    const local = isLocal(recentMountOf(bytesOf(judged.path)));
    const read = local ? readAtOnce(judged.path) : await readLater(judged.path);
    return inspectRead(judged.path, read, options.requireStatic);
  } catch (error) {
    return fault('missing', failure('interpreter cannot be read', error).message);
  }
}

/** A file as it was opened, and its first bytes, none where it is no regular file. */
interface Read {
  readonly found: Stats;
  readonly header: Uint8Array;
}

/** O_NONBLOCK: opening a FIFO would wait for its writer. */
const reading = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
const headerBytes = 4096;

/** A turn through a thread for each call takes a start longer than a local file system does. */
function readAtOnce(path: string): Read {
  const fd = openSync(path, reading);
  try {
    const found = fstatSync(fd);
    const buffer = new Uint8Array(headerBytes);
    const size = found.isFile() ? readSync(fd, buffer, 0, headerBytes, 0) : 0;
    return { found, header: buffer.subarray(0, size) };
  } finally {
    closeSync(fd);
  }
}

async function readLater(path: string): Promise<Read> {
  const file = await open(path, reading);
  try {
    const found = await file.stat();
    if (!found.isFile()) return { found, header: new Uint8Array() };
    const { buffer, bytesRead } = await file.read(new Uint8Array(headerBytes), 0, headerBytes, 0);
    return { found, header: buffer.subarray(0, bytesRead) };
  } finally {
    await file.close();
  }
}

function inspectRead(
  path: string,
  { found, header }: Read,
  requireStatic: boolean,
): InspectedInterpreter | InterpreterFault {
  const fault = faultAt(path);
  if (!found.isFile()) return fault('missing', `${path} is not a regular file`);
  if ((found.mode & 0o111) === 0) return fault('mode', `${path} has no execute permission`);
  const point = noexecMount(path);
  if (point !== null)
    return fault('noexec', `${path} lies on ${textOf(point)}, which is mounted noexec`, point);
  const linked = isStatic(header);
  if (requireStatic && linked !== true)
    return linked === null
      ? fault('not-elf', `${path} is not an ELF program, and the F flag needs one`)
      : fault('not-static', `${path} is dynamically linked, and the F flag needs a static one`);
  const { dev, ino, size, mode, uid } = found;
  return { ok: true, path, dev, ino, size, mode, uid, static: linked === true, header };
}

type Kind = InterpreterFault['code'] extends `interpreter-${infer K}` ? K : never;

function faultAt(path: string) {
  return (kind: Kind, message: string, point?: string): InterpreterFault => ({
    ok: false,
    code: `interpreter-${kind}`,
    message,
    values: { FILE: bytesOf(path), ...(point === undefined ? {} : { MOUNTPOINT: point }) },
  });
}

/** What a program is built for, where this machine does not run it; null where it does. */
export function otherMachine(header: Uint8Array): string | null {
  const elf = readElfHeader(header);
  const host = hostArchitecture();
  if (elf === null || (elf.machine === host.machine && elf.data === host.data)) return null;
  // Either runs the 32-bit programs of its family, or the kernel says so at the first exec.
  if (elf.machine === siblings[host.machine]) return null;
  return machineNames[elf.machine] ?? `ELF machine ${elf.machine}`;
}

/** By e_machine: those of x86_64 and aarch64. */
const siblings: Readonly<Partial<Record<number, number>>> = { 62: 3, 183: 40 };

const machineNames: Readonly<Partial<Record<number, string>>> = {
  3: 'i386',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv',
  258: 'loongarch64',
};
