import { readFileSync, readlinkSync } from 'node:fs';
import { type FileHandle, readlink, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Outcome } from '../../core/outcome.ts';
import { done } from '../../core/outcome.ts';
import { judgePath } from '../files/trust.ts';
import type { ChildResult } from '../system/child.ts';
import { runChild } from '../system/child.ts';
import { errnoOf } from '../system/errno.ts';
import { namelessScript } from './nameless-script.ts';

const limitMs = 10_000;

/**
 * Proves that native programs start: this program itself and, where a place allows to execute it, a `#!` script. What
 * the kernel loaded is proof enough, whatever becomes of the program: a killed one was started. The code is the errno
 * of the exec (ELOOP: a handler catches everything), `canary-hijacked` where something else ran; `canary-crashed` and
 * `canary-killed` where it was gone before anything could be seen. EAGAIN, ENOMEM, EMFILE and ETIMEDOUT say that the host could not try.
 */
export async function canary(): Promise<Outcome> {
  const program = await programCanary();
  return program.ok ? scriptCanary() : program;
}

/** What the kernel made of an exec: the file that it mapped, and the arguments. */
interface Loaded {
  readonly exe: string;
  readonly args: readonly string[];
}

/** A run, what was loaded in it as far as that could be seen, and what both must have been. */
interface Trial {
  readonly what: string;
  readonly result: ChildResult;
  readonly loaded: Loaded | null;
  readonly expected: Loaded & { readonly output: string };
}

async function programCanary(): Promise<Outcome> {
  const own = await readlink('/proc/thread-self/exe');
  const command = await ownProgram();
  if (await startsAsItself(own, command)) return done;
  const script = "process.stdout.write(require('node:fs').readlinkSync('/proc/thread-self/exe'))";
  const args = ['-e', script];
  const expected = { exe: own, args: [command, ...args], output: own };
  return judge({ what: 'this program', ...(await run(command, args)), expected });
}

/**
 * Node tells its version before it makes anything, in a seventh of the time. An emulator would tell the same, so what the
 * kernel loaded must have been seen as well; whatever else comes of it is found out by the longer way.
 */
async function startsAsItself(exe: string, command: string): Promise<boolean> {
  const args = ['--version'];
  const { result, loaded } = await run(command, args);
  const told = result.status === 0 && result.stdout === `${process.version}\n`;
  return told && loaded !== null && isSame(loaded, { exe, args: [command, ...args] });
}

/** By path, as others start it; through /proc where an upgrade has replaced or removed the file under us. */
async function ownProgram(): Promise<string> {
  const [file, running] = await Promise.all([
    stat(process.execPath).catch(() => null),
    stat('/proc/self/exe'),
  ]);
  return file?.dev === running.dev && file.ino === running.ino ? process.execPath : '/proc/self/exe';
}

async function scriptCanary(): Promise<Outcome> {
  const shell = await realpath('/bin/sh').catch(() => null);
  if (shell === null) return done;
  for (const place of new Set([tmpdir(), '/var/tmp', '/dev/shm'])) {
    if (!(await judgePath(place, 'way')).ok) continue;
    const tried = await runScript(place);
    if (tried === null) continue;
    const expected = { exe: shell, args: ['/bin/sh', '-f', tried.path], output: 'native' };
    return judge({ what: 'a script of /bin/sh', ...tried, expected });
  }
  return done;
}

/** null where the place takes no files, runs none, or a child of somebody else had the file open when it was to run. */
async function runScript(place: string): Promise<(Ran & { readonly path: string }) | null> {
  let file: FileHandle | null = null;
  try {
    // `-f` proves that the kernel read the first line: where it did not, glibc starts /bin/sh without it.
    file = await namelessScript(place, '#!/bin/sh -f\ncase $- in *f*) printf native;; esac\n');
    const path = `/proc/${process.pid}/fd/${file.fd}`;
    const ran = await run(path, []);
    const { spawnError } = ran.result;
    return spawnError === 'EACCES' || spawnError === 'ETXTBSY' ? null : { ...ran, path };
  } catch (error) {
    if (errnoOf(error) === 'EUNKNOWN') throw error;
    return null;
  } finally {
    await file?.close();
  }
}

type Ran = Pick<Trial, 'result' | 'loaded'>;

async function run(command: string, args: readonly string[]): Promise<Ran> {
  let loaded: Loaded | null = null;
  const started = (pid: number): void => {
    loaded = lookAt(pid);
  };
  const result = await runChild(command, args, { timeoutMs: limitMs, started });
  return { result, loaded };
}

/** Null where it has ended already. Only links and memory are read: the file itself may lie where nothing answers. */
function lookAt(pid: number): Loaded | null {
  try {
    const exe = readlinkSync(`/proc/${pid}/exe`);
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return args.length === 0 ? null : { exe, args };
  } catch {
    return null;
  }
}

function judge({ what, result, loaded, expected }: Trial): Outcome {
  if (result.spawnError !== undefined) {
    const message = `${what} cannot be started: ${result.spawnError}`;
    return { ok: false, code: result.spawnError, message };
  }
  if (result.status === 0 && result.stdout === expected.output) return done;
  if (loaded !== null && isSame(loaded, expected)) return done;
  if (loaded === null && result.timedOut) {
    return { ok: false, code: 'ETIMEDOUT', message: `${what} did not end within ${limitMs} ms` };
  }
  if (loaded === null && result.signal !== null) {
    const message = `${what} was ended by ${result.signal} before it could be seen`;
    return { ok: false, code: faults.has(result.signal) ? 'canary-crashed' : 'canary-killed', message };
  }
  const got = `${JSON.stringify(result.stdout)}, status ${result.status}, signal ${result.signal}`;
  const ran = loaded === null ? '' : `, ran ${JSON.stringify(loaded.exe)}`;
  const said = result.stderr.trim().split('\n')[0] ?? '';
  const message =
    `${what} did not run as itself: expected ${JSON.stringify(expected.output)}, got ${got}${ran} ${said}`.trim();
  return { ok: false, code: 'canary-hijacked', message };
}

/** What a program gets for what it does, and from the kernel where an exec cannot be completed; others are sent. */
const faults: ReadonlySet<string> = new Set([
  ...['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS', 'SIGABRT'],
]);

function isSame(a: Loaded, b: Loaded): boolean {
  return a.exe === b.exe && a.args.length === b.args.length && a.args.every((one, at) => one === b.args[at]);
}
