import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { isStatic } from '../../core/kernel/elf.ts';
import { judgePath, untrusted } from '../files/trust.ts';
import { failure } from '../system/errno.ts';
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
    | 'interpreter-not-static';
  readonly message: string;
}

/**
 * Checks a file before the kernel is asked to run it for everybody: it must be there, executable, changeable by root
 * only like everything on the way to it, and static unless the registration pins nothing (`F` finds no dynamic loader in a container).
 */
export async function inspectInterpreter(
  path: string,
  options: { readonly requireStatic: boolean } = { requireStatic: true },
): Promise<InspectedInterpreter | InterpreterFault> {
  const reached = await reach(path);
  if (!reached.ok) return fault('unreachable', reached.message);
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
  if (!found.isFile()) return fault('missing', `${path} is not a regular file`);
  const forbidden = forbidsExecution(path, found);
  if (forbidden !== null) return fault('noexec', forbidden);
  const linked = isStatic(header);
  if (requireStatic && linked !== true) {
    const what = linked === null ? 'not an ELF program' : 'dynamically linked';
    return fault('not-static', `${path} is ${what}, the F flag needs a static one`);
  }
  const { dev, ino, size, mode, uid } = found;
  return { ok: true, path, dev, ino, size, mode, uid, static: linked === true, header };
}

function forbidsExecution(path: string, found: Stats): string | null {
  if ((found.mode & 0o111) === 0) return `${path} has no execute permission`;
  const point = noexecMount(path);
  return point === null ? null : `${path} lies on ${point}, which is mounted noexec`;
}

function fault(kind: 'missing' | 'unreachable' | 'untrusted' | 'noexec' | 'not-static', message: string) {
  return { ok: false, code: `interpreter-${kind}`, message } satisfies InterpreterFault;
}
