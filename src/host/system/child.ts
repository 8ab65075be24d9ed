import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import { killGroup, running } from './children.ts';
import { endsFirst } from './ends-first.ts';
import { errnoOf } from './errno.ts';

/** How long a child may run, what it reads, and how many bytes of each of its streams are kept (default 64 KiB). */
export interface ChildOptions {
  readonly timeoutMs: number;
  readonly input?: string;
  readonly maxOutput?: number;
  /** User and group to run as, without any other group; null for our own. */
  readonly id?: number | null;
  /** Where it begins; `/` by default. */
  readonly cwd?: string;
  /** Descriptors that the child has as 3 and so on. */
  readonly files?: readonly number[];
  /** Called in the same turn in which the kernel has executed the program, before this process can see it end. */
  readonly started?: (pid: number) => void;
}

/** How a child ended. `status` is null where a signal or the time limit ended it, or where it never started. */
export interface ChildResult {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** errno of the failed start: ENOENT, EACCES, ELOOP… */
  readonly spawnError?: string;
}

/**
 * Runs a program in a process group of its own, so that whatever may hang hangs there; never throws. On the time limit
 * the group gets SIGKILL and the promise resolves at once, even where the kernel cannot end the child yet.
 */
export function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildResult> {
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      const { id = null, files = [], cwd = '/' } = options;
      const as = id === null ? {} : { uid: id, gid: id };
      const stdio = ['pipe' as const, 'pipe' as const, 'pipe' as const, ...files];
      child = spawn(command, args, { cwd, detached: true, env: environment(), stdio, ...as });
    } catch (error) {
      // Node throws for every errno but a handful: ELOOP, for one, the sign of a handler that catches everything.
      resolve(notStarted(errnoOf(error)));
      return;
    }
    running.add(child);
    endsFirst(child.pid);
    if (child.pid !== undefined) options.started?.(child.pid);
    const stdout = collect(child.stdout, options.maxOutput ?? 65536);
    const stderr = collect(child.stderr, options.maxOutput ?? 65536);
    let ended: Pick<ChildResult, 'status' | 'signal'> | null = null;

    const finish = (timedOut: boolean): void => {
      clearTimeout(limit);
      release(child);
      const { status, signal } = ended ?? { status: null, signal: null };
      resolve({ status, signal, stdout: stdout(), stderr: stderr(), timedOut });
    };
    const limit = setTimeout(() => {
      killGroup(child);
      finish(ended === null);
    }, options.timeoutMs);

    child.on('error', (error) => {
      running.delete(child);
      clearTimeout(limit);
      release(child);
      resolve(notStarted(errnoOf(error)));
    });
    child.on('exit', (status, signal) => {
      running.delete(child);
      ended = { status, signal };
      // A descendant of its own session may hold the pipes for ever; what the child itself wrote is there by now.
      setTimeout(() => finish(false), 250).unref();
    });
    child.on('close', () => finish(false));
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
  });
}

/**
 * The same for a program that lies on a local file system and answers at once, while nothing else has to go on: the pipes
 * of the other way take a start 4 ms. Returns what it printed.
 */
export function runAtOnce(command: string, args: readonly string[], timeoutMs: number): string {
  const limits = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 65536 } as const;
  const { stdout } = spawnSync(command, args, { cwd: '/', env: environment(), ...limits });
  // Null where it could not be started, whatever the types say.
  return String(stdout ?? '');
}

/** Nothing but the search paths is inherited: `QEMU_*`, `NODE_OPTIONS` and locales change what programs do and say. */
function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    // With the newer calls, mount(8) of util-linux 2.39 and later mounts twice on one place what mount(2) refuses (EBUSY).
    LIBMOUNT_FORCE_MOUNT2: 'always',
  };
  if (process.env.LD_LIBRARY_PATH) env.LD_LIBRARY_PATH = process.env.LD_LIBRARY_PATH;
  return env;
}

function notStarted(spawnError: string): ChildResult {
  return { status: null, signal: null, stdout: '', stderr: '', timedOut: false, spawnError };
}

function collect(stream: Readable | null, limit: number): () => string {
  const chunks: Buffer[] = [];
  let room = limit;
  stream?.on('error', () => {});
  // Reading goes on beyond the limit, or a talkative child would block on a full pipe.
  stream?.on('data', (chunk: Buffer) => {
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    room -= chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Lets go of a child that may never end, so that it does not keep this process alive. */
function release(child: ChildProcess): void {
  child.stdin?.destroy();
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
