import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { barren } from './probe.ts';

const probeLimitMs = 5000;

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

function isNative(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    let child: ReturnType<typeof start>;
    try {
      child = start(path);
    } catch {
      resolve(false);
      return;
    }
    // Where descriptors have run out (EMFILE, ENFILE) Node makes no pipes, whatever its types say.
    if (child.stdin === undefined) {
      child.on('error', () => resolve(false));
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
