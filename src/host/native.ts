import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, mkdtemp, open, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from '../core/outcome.ts';
import { done } from '../core/outcome.ts';
import type { ChildResult } from './child.ts';
import { runChild } from './child.ts';
import { errnoOf } from './errno.ts';
import { barren } from './probe.ts';

const probeLimitMs = 5000;
const canaryLimitMs = 10_000;

/**
 * Which probe files the kernel runs by itself, by target. Found by execution, because a CPU or a kernel may lack what
 * its family has (32-bit on arm64, for one). A probe prints argv[0] and waits for a byte; meanwhile `/proc/PID/exe`
 * is the probe itself or the interpreter that runs it.
 */
export async function runsNatively(files: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const tried = await Promise.all(
    [...files].map(async ([target, path]) => ((await isNative(path)) ? [target] : [])),
  );
  return tried.flat();
}

/**
 * Proves that native programs still start after a registration: this program itself and, where a place allows to
 * execute it, a `#!` script. The code is the errno (ELOOP: a handler catches everything) or `canary-hijacked`;
 * EAGAIN, ENOMEM, EMFILE and ETIMEDOUT say that the host was too busy to tell.
 */
export async function canary(): Promise<Outcome> {
  const program = await programCanary();
  return program.ok ? scriptCanary() : program;
}

function isNative(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    let child: ReturnType<typeof start>;
    try {
      child = start(path);
    } catch {
      resolve(false);
      return;
    }
    const finish = (native: boolean): void => {
      clearTimeout(limit);
      child.stdout.destroy();
      child.stdin.destroy();
      child.kill('SIGKILL');
      child.unref();
      resolve(native);
    };
    const limit = setTimeout(() => finish(false), probeLimitMs);
    child.on('error', () => finish(false));
    // glibc hands a file that nobody runs to /bin/sh, which complains on stderr and prints nothing.
    // SIGSYS: the kernel ran it, and a filter of system calls (SystemCallArchitectures= of a unit) stopped it.
    child.on('exit', (_status, signal) => finish(signal === 'SIGSYS'));
    child.stdin.on('error', () => {});
    child.stdout.once('data', () => {
      const same = Promise.all([stat(`/proc/${child.pid}/exe`), stat(path)]).then(
        ([running, file]) => running.dev === file.dev && running.ino === file.ino,
        () => false,
      );
      void same.then((native) => {
        child.stdin.end('x');
        finish(native);
      });
    });
  });
}

function start(path: string) {
  return spawn(path, [], { cwd: barren, env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
}

async function programCanary(): Promise<Outcome> {
  const own = await readlink('/proc/thread-self/exe');
  const script = "process.stdout.write(require('node:fs').readlinkSync('/proc/thread-self/exe'))";
  const result = await runChild(await ownProgram(), ['-e', script], { timeoutMs: canaryLimitMs });
  return judge('this program', result, own);
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
  if (!(await stat('/bin/sh').catch(() => null))) return done;
  for (const place of new Set([tmpdir(), '/var/tmp', '/dev/shm'])) {
    const result = await runScript(place);
    if (result !== null) return judge('a script of /bin/sh', result, 'native');
  }
  return done;
}

/** null where the place takes no files, runs none, or a child of somebody else had the file open when it was to run. */
async function runScript(place: string): Promise<ChildResult | null> {
  let file: FileHandle | null = null;
  try {
    file = await namelessScript(place);
    const path = `/proc/${process.pid}/fd/${file.fd}`;
    const result = await runChild(path, [], { timeoutMs: canaryLimitMs });
    return result.spawnError === 'EACCES' || result.spawnError === 'ETXTBSY' ? null : result;
  } catch (error) {
    if (errnoOf(error) === 'EUNKNOWN') throw error;
    return null;
  } finally {
    await file?.close();
  }
}

/** A script without a name, opened for reading: a keeper that is killed leaves nothing behind. */
async function namelessScript(place: string): Promise<FileHandle> {
  // `-f` proves that the kernel read the first line: where it did not, glibc starts /bin/sh without it.
  const text = '#!/bin/sh -f\ncase $- in *f*) printf native;; esac\n';
  const file = await open(place, O_TMPFILE | constants.O_RDWR, 0o700).catch(() => shortNamed(place));
  try {
    await file.writeFile(text);
    return await open(`/proc/self/fd/${file.fd}`, constants.O_RDONLY);
  } finally {
    // What is open for writing cannot be executed.
    await file.close();
  }
}

/** For file systems without O_TMPFILE, as overlayfs before Linux 6.3: a file that has its name for a moment only. */
async function shortNamed(place: string): Promise<FileHandle> {
  const dir = await mkdtemp(join(place, 'binfmt-keeper-canary-'));
  try {
    return await open(join(dir, 'canary'), 'wx+', 0o700);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** open(2): fcntl.h makes it of two bits, of which Node knows the one that differs between architectures. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

function judge(what: string, result: ChildResult, expected: string): Outcome {
  if (result.spawnError !== undefined) {
    const message = `${what} cannot be started: ${result.spawnError}`;
    return { ok: false, code: result.spawnError, message };
  }
  if (result.timedOut) {
    return { ok: false, code: 'ETIMEDOUT', message: `${what} did not end within ${canaryLimitMs} ms` };
  }
  if (result.status === 0 && result.stdout === expected) return done;
  const got = `${JSON.stringify(result.stdout)}, status ${result.status}, signal ${result.signal}`;
  const said = result.stderr.trim().split('\n')[0] ?? '';
  const message =
    `${what} did not run as itself: expected ${JSON.stringify(expected)}, got ${got} ${said}`.trim();
  return { ok: false, code: 'canary-hijacked', message };
}
