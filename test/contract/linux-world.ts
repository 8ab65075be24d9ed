import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Instance } from '../../src/host/instance/instance.ts';
import { openInstance } from '../../src/host/instance/linux-instance.ts';
import type { Libc } from '../../src/host/system/libc.ts';
import { exitProgram } from './exit-program.ts';
import type { Container, Result, View, World } from './world.ts';

/**
 * The contract's world on the real kernel; only for a process in user and mount namespaces of its own. Programs
 * tell their marker by exit status. A binary is also a shell script that exits with NOT_RUN, because glibc's
 * execvp hands what the kernel refuses with ENOEXEC to the shell.
 */
export function linuxWorld(libc: Libc | null): World {
  const dir = mkdtempSync(join(tmpdir(), 'contract-'));
  const markers: string[] = [];
  const undo: (() => void)[] = [() => rmdirSync(dir)];
  const instances: Instance[] = [];
  const mounted = (path: string): void => void undo.push(() => command('umount', ['-l', path]));
  const cover = (path: string): Result => {
    makeDirectory(path);
    const result = command('mount', ['-t', 'tmpfs', 'contract', path]);
    if (result === 'ok') mounted(path);
    return result;
  };
  cover(dir);
  const put = (path: string, content: string | Buffer): void => {
    makeDirectory(dirname(path));
    writeFileSync(bytes(path), content, { mode: 0o755 });
  };
  return {
    ...view([], mounted),
    dir,
    program: (path, marker) => {
      if (!markers.includes(marker)) markers.push(marker);
      const elf = exitProgram(FIRST_MARKER + markers.indexOf(marker));
      if (elf === null) throw new Error(`no program for ${process.arch}`);
      put(path, elf);
    },
    binary: (path, header) => put(path, Buffer.from(`${header}=\nexit ${NOT_RUN}\n`, 'latin1')),
    chmod: (path, executable) => chmodSync(bytes(path), executable ? 0o755 : 0o644),
    rename: (from, to) => renameSync(bytes(from), bytes(to)),
    unlink: (path) => unlinkSync(bytes(path)),
    openForWriting: (path) => {
      try {
        const fd = openSync(bytes(path), constants.O_WRONLY);
        return { result: 'ok', close: () => closeSync(fd) };
      } catch (error) {
        return { result: codeOf(error), close: () => {} };
      }
    },
    cover,
    detach: (path) => command('umount', ['-l', path]),
    remount: (path, mode) => command('mount', ['-o', `remount,${mode}`, path]),
    share: (path) => void command('mount', ['--make-shared', path]),
    container: (propagation) => {
      const made = container(propagation);
      undo.push(() => made.end());
      return made;
    },
    open: (path) => {
      const opened = openInstance(path, libc);
      if (opened.ok) instances.push(opened.instance);
      return opened;
    },
    exec: (path, root) => {
      const [file, args] = root === undefined ? [path, []] : ['chroot', [root, path]];
      const { error, status } = spawnSync(file, args, { stdio: 'ignore' });
      if (error) return codeOf(error);
      if (root !== undefined && status === 127) return 'ENOENT';
      return markers[(status ?? 0) - FIRST_MARKER] ?? 'ENOEXEC';
    },
    dispose: () => {
      // entries that match native programs would keep umount(8) from running
      for (const instance of instances) writeOnce(`${instance.path}/status`, '-1');
      for (const instance of instances) quietly(() => instance.close());
      for (const step of undo.reverse()) quietly(step);
    },
  };
}

const FIRST_MARKER = 10;
const NOT_RUN = 97;

function view(within: readonly string[], mounted: (path: string) => void): View {
  return {
    mount: (path) => {
      makeDirectory(path);
      const result = command('mount', ['-t', 'binfmt_misc', 'contract', path], within);
      if (result === 'ok') mounted(path);
      return result;
    },
    umount: (path) => command('umount', [path], within),
    write: (path, text) => writeOnce(path, text),
  };
}

/** A process that sleeps in a mount namespace of its own; others enter it by nsenter(1). */
function container(propagation: string): Container {
  const child = spawn('unshare', ['-m', '--propagation', propagation, 'sleep', '600'], { stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('unshare(1) did not start');
  while (readFileSync(`/proc/${pid}/comm`, 'latin1') !== 'sleep\n') pause();
  const inside = view(['nsenter', '-t', String(pid), '-m'], () => {});
  return {
    ...inside,
    write: (path, text) => writeOnce(`/proc/${pid}/root${path}`, text),
    end: () => {
      child.kill('SIGKILL');
      while (!/^State:\s+[ZX]/m.test(statusOf(pid))) pause();
    },
  };
}

/** The child is reaped by the event loop, which does not run here, so it stays a zombie until then. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return 'State:\tX';
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function writeOnce(path: string, text: string): Result {
  try {
    const fd = openSync(bytes(path), constants.O_WRONLY);
    try {
      writeSync(fd, bytes(text));
      return 'ok';
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return codeOf(error);
  }
}

function command(program: string, args: readonly string[], within: readonly string[] = []): Result {
  const [file = '', ...rest] = [...within, program, ...args];
  const { error, status, stderr } = spawnSync(file, rest, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', LIBMOUNT_FORCE_MOUNT2: 'always' }, // as src/host/system/child.ts
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error) return codeOf(error);
  if (status === 0) return 'ok';
  if (/busy|already mounted/.test(stderr)) return 'EBUSY';
  return /not mounted|no mount point/.test(stderr) ? 'EINVAL' : stderr.trim();
}

function makeDirectory(path: string): void {
  quietly(() => mkdirSync(path, { recursive: true }));
}

function quietly(act: () => unknown): void {
  try {
    act();
  } catch {
    // undoing goes on: what is left dies with the namespace
  }
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
