import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { isStatic } from '../../core/kernel/elf.ts';
import { judgePath, untrusted } from '../files/trust.ts';
import { failure } from '../system/errno.ts';
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
    // O_NONBLOCK: opening a FIFO would wait for its writer.
    const file = await open(judged.path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      return await inspectOpen(judged.path, file, options.requireStatic);
    } finally {
      await file.close();
    }
  } catch (error) {
    return fault('missing', failure('interpreter cannot be read', error).message);
  }
}

async function inspectOpen(
  path: string,
  file: FileHandle,
  requireStatic: boolean,
): Promise<InspectedInterpreter | InterpreterFault> {
  const found = await file.stat();
  if (!found.isFile()) return fault('missing', `${path} is not a regular file`);
  const forbidden = forbidsExecution(path, found);
  if (forbidden !== null) return fault('noexec', forbidden);
  const header = await firstBytes(file);
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

async function firstBytes(file: FileHandle): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(4096), 0, 4096, 0);
  return buffer.subarray(0, bytesRead);
}

function fault(kind: 'missing' | 'unreachable' | 'untrusted' | 'noexec' | 'not-static', message: string) {
  return { ok: false, code: `interpreter-${kind}`, message } satisfies InterpreterFault;
}
