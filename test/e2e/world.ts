import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseMountinfo, topMountAt } from '../../src/core/kernel/mountinfo.ts';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
import { foreignLine, targets } from './foreign.ts';
import { type Prober, startProber } from './prober.ts';
import { until } from './until.ts';

/** What a case has: directories of its own, daemons, a prober, and the hands of an administrator or of another tool. */
export interface World {
  readonly dir: string;
  readonly main: string;
  readonly anchor: string;
  readonly run: string;
  readonly store: string;
  readonly config: string;
  /** A foreign program that prints its argv[0]. */
  probe(target?: string): string;
  start(options?: DaemonOptions): Daemon;
  /** A daemon that was seen to be verified. */
  startVerified(options?: DaemonOptions): Promise<Daemon>;
  prober(): Promise<Prober>;
  /** Runs a program; its status and what it said. */
  command(program: string, ...args: readonly string[]): { status: number | null; said: string };
  /** Runs a program that must succeed. */
  must(program: string, ...args: readonly string[]): void;
  /**
   * Changes the options of a tmpfs. The source is named so that mount(8) does not repeat what the table shows: an
   * ordinary user's tmpfs shows its `uid=` as the host numbers it, which is no id inside the namespace.
   */
  remount(dir: string, options: string): void;
  /** One write(2) to an existing file. */
  write(path: string, text: string | Uint8Array): void;
  /** Registers the magic of a target under a name, as another tool would. */
  register(name: string, interpreter?: string, flags?: string): void;
  /** Whether a mount of that type is the topmost one at that place. */
  isMounted(path: string, type?: string): boolean;
  untilMounted(path: string): Promise<true>;
  configure(yaml: string): void;
  /** A child of the case, ended with it. */
  child(program: string, args: readonly string[]): ChildProcess;
  /** What the daemons said, for a failed case. */
  story(): string;
  end(): void;
}

/** Makes a world in a directory, which gets a file system of its own, so that nothing of it outlives the namespace. */
export function createWorld(dir: string): World {
  const daemons: Daemon[] = [];
  const ends: (() => void)[] = [];
  const main = '/proc/sys/fs/binfmt_misc';
  const run = `${dir}/run`;
  const anchor = `${run}/binfmt_misc`;
  const store = `${dir}/store`;
  const config = `${dir}/config.yaml`;
  must('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', dir);
  mkdirSync(run);
  writeFileSync(config, '{}\n');
  const probe = (target: string = targets[0]): string => `${dir}/probes/probe.${target}`;
  const start = (options: DaemonOptions = {}): Daemon => {
    const daemon = startDaemon({ anchor, store, config, run, probe }, options);
    daemons.push(daemon);
    return daemon;
  };
  return {
    dir,
    main,
    anchor,
    run,
    store,
    config,
    probe,
    start,
    startVerified: async (options) => {
      const daemon = start(options);
      await daemon.verified();
      return daemon;
    },
    prober: async () => {
      const prober = startProber(probe());
      ends.push(prober.kill);
      await prober.more();
      return prober;
    },
    command,
    must,
    remount: (place, options) => must('mount', '-o', `remount,${options}`, 'tmpfs', place),
    write,
    register: (name, interpreter = `/usr/bin/qemu-${targets[0]}-static`, flags = 'F') =>
      write(`${main}/register`, foreignLine(name, targets[0], interpreter, flags)),
    isMounted: (path, type = 'binfmt_misc') => topAt(path) === type,
    untilMounted: (path) => until(`a mount at ${path}`, () => (topAt(path) === 'binfmt_misc' ? true : null)),
    configure: (yaml) => writeFileSync(config, yaml),
    child: (program, args) => {
      const made = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      ends.push(() => made.kill('SIGKILL'));
      return made;
    },
    story: () => daemons.map((d) => d.story()).join('\n'),
    end: () => {
      for (const end of ends) end();
      for (const daemon of daemons) daemon.kill('SIGKILL');
      letGo(dir);
    },
  };
}

/**
 * What lies in the file system of a case stays in memory for good where an entry pins a file of it: the namespaces end,
 * the file system does not (seen on Linux 6.18, 36 MB a case).
 */
function letGo(dir: string): void {
  // By the anchor alone: at the main mount's place there may be the host's instance, once ours is away.
  const status = `${dir}/run/binfmt_misc/status`;
  if (existsSync(status)) command('sh', '-c', 'echo -1 >"$0"', status);
  command('rm', '-rf', `${dir}/store`, `${dir}/probes`);
}

/** The program under test. */
export const keeper = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

function command(program: string, ...args: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    timeout: 20_000,
  });
  return { status, said: error?.message ?? `${stdout}${stderr}` };
}

function must(program: string, ...args: readonly string[]): void {
  const { status, said } = command(program, ...args);
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${said}`);
}

function write(path: string, text: string | Uint8Array): void {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    writeSync(fd, Buffer.from(text));
  } finally {
    closeSync(fd);
  }
}

function topAt(path: string): string | undefined {
  return topMountAt(parseMountinfo(readFileSync('/proc/self/mountinfo', 'latin1')), path)?.type;
}
