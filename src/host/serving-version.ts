import { spawn } from 'node:child_process';
import { runChild } from './child.ts';
import { parseInterpreterVersion } from './interpreters.ts';
import { barren } from './probe.ts';

/**
 * The version of the QEMU that runs a probe's file now; null where nothing runs it or what does is no QEMU. The running
 * interpreter itself is asked, through /proc: with `F` its path may lead elsewhere here, or nowhere.
 */
export function servingVersion(file: string, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    let child: ReturnType<typeof start>;
    try {
      child = start(file);
    } catch {
      // Node throws for every errno but a handful.
      resolve(null);
      return;
    }
    let settled = false;
    const settle = (version: string | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      child.kill('SIGKILL');
      child.stdin?.destroy();
      child.stdout?.destroy();
      // One that is stuck in the kernel does not end; nobody waits for it.
      child.unref();
      resolve(version);
    };
    const timer = setTimeout(() => settle(null), timeoutMs);
    child.on('error', () => settle(null));
    // Where descriptors have run out (EMFILE, ENFILE) Node makes no pipes, whatever its types say.
    if (child.stdin === undefined) return;
    child.stdin.on('error', () => {});
    child.on('exit', () => settle(null));
    // It prints a line and then waits for a byte that never comes.
    child.stdout.once('data', () => {
      const asked = runChild(`/proc/${child.pid}/exe`, ['--version'], { timeoutMs, maxOutput: 4096 });
      void asked.then(({ stdout }) => settle(parseInterpreterVersion(stdout)));
    });
  });
}

function start(file: string) {
  return spawn(file, [], { cwd: barren, detached: true, env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
}
