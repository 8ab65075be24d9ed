import { statSync } from 'node:fs';
import { normalize } from 'node:path';
import type { FoundFile } from '../../core/diagnose/facts.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import type { NativeHost } from '../../core/native/acceptance.ts';
import { contentsOf, lookAt, workingDirectory } from '../../host/explain/look.ts';
import { programOfProcess } from '../../host/explain/process.ts';
import { absolute } from '../../host/explain/resolve.ts';
import { errnoOf } from '../../host/system/errno.ts';
import { reach } from '../../host/system/reach.ts';
import type { Flags } from '../line/flag-faults.ts';

/** One thing to explain. Paths are byte strings. */
export interface Subject {
  readonly path: string;
  /** What it is called, where that is not the path. */
  readonly shown: string | null;
  /** The root directory that it is seen from. */
  readonly root: string;
  /** Where a relative path begins; null for the usual. */
  readonly cwd: string | null;
  /** What it is, where it lies nowhere. */
  readonly given: ((native: NativeHost) => FoundFile) | null;
}

/** Why nothing can be explained. */
export interface Refused {
  readonly why: string;
  readonly exit: ExitCode;
}

/** What the command line asks for. */
export async function subjectsOf(
  { root: asked, pid }: Flags,
  files: readonly string[],
): Promise<readonly Subject[] | Refused> {
  const root = await rootOf(asked);
  if (typeof root !== 'string') return root;
  const plain = { shown: null, root, cwd: null, given: null };
  const subjects: Subject[] = [];
  for (const file of files)
    subjects.push(isStdin(file) ? await ofStdin(root) : { ...plain, path: within(root, file) });
  if (typeof pid === 'string') {
    const process = ofProcess(pid);
    if ('why' in process) return process;
    subjects.push(process);
  }
  if (subjects.length > 0) return subjects;
  if (asked === undefined) return { why: 'expected a file, or - for stdin', exit: exitCodes.usage };
  return [{ ...plain, path: await firstProgram(root) }];
}

async function rootOf(asked: unknown): Promise<string | Refused> {
  if (typeof asked !== 'string') return '/';
  const path = normalize(textOf(absolute(bytesOf(asked), workingDirectory()))).replace(/(?<=.)\/$/, '');
  const reached = await reach(path, 2000);
  if (!reached.ok) return { why: `--root: ${reached.message}`, exit: exitCodes.failed };
  try {
    if (statSync(path).isDirectory()) return bytesOf(path);
    return { why: `--root: ${asked} is no directory`, exit: exitCodes.usage };
  } catch (error) {
    return { why: `--root: ${asked}: ${errnoOf(error)}`, exit: exitCodes.usage };
  }
}

/** As it is seen from the root; a path that leads into it from outside, as shells complete it, means what it leads to. */
function within(root: string, file: string): string {
  const whole = normalize(absolute(bytesOf(file), workingDirectory()));
  return root !== '/' && whole.startsWith(`${root}/`) ? whole.slice(root.length) : bytesOf(file);
}

/** What stands for a whole root: the first of these that is there. */
async function firstProgram(root: string): Promise<string> {
  const native = { machine: 0, class: 64, data: 'little', sibling: null } as const;
  for (const path of ['/bin/sh', '/bin/busybox', '/usr/bin/env', '/sbin/init', '/init']) {
    const found = await lookAt(path, { root, cwd: '/', native });
    if (found.kind === 'file') return path;
  }
  return '/bin/sh';
}

function isStdin(file: string): boolean {
  return file === '-' || file === '/dev/stdin';
}

/** As if it were saved and made executable; what is beyond the first megabyte is not looked at. */
async function ofStdin(root: string): Promise<Subject> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > mostBytes) break;
  }
  const bytes = new Uint8Array(Buffer.concat(chunks));
  const size = length > mostBytes ? null : length;
  const given = (native: NativeHost): FoundFile => {
    const contents = contentsOf(bytes.subarray(0, 4096), size, native, (offset, count) =>
      bytes.subarray(offset, offset + count),
    );
    const file = {
      kind: 'file',
      at: '-',
      type: 'regular',
      mode: 0o100755,
      barred: null,
      nosuid: null,
    } as const;
    return { ...file, size: length, ...contents };
  };
  return { path: '-', shown: '-', root, cwd: null, given };
}

const mostBytes = 1024 * 1024;

function ofProcess(pid: string): Subject | Refused {
  if (!/^[1-9]\d{0,9}$/.test(pid))
    return {
      why: `--pid: must be the number of a process; got ${JSON.stringify(pid)}`,
      exit: exitCodes.usage,
    };
  const found = programOfProcess(Number(pid));
  if ('errno' in found) {
    const hidden = found.errno === 'EACCES' || found.errno === 'EPERM';
    const why = hidden
      ? `process ${pid} belongs to somebody else`
      : `there is no process ${pid} that runs a program`;
    return { why: `--pid: ${why}`, exit: hidden ? exitCodes.notPermitted : exitCodes.failed };
  }
  const { path, root, cwd } = found;
  return { path, shown: bytesOf(`process ${pid}, ${textOf(path)}`), root, cwd, given: null };
}
