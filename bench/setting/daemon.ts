import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { commandOf, type Place } from './place.ts';

/** How a daemon is started for a measurement. */
export interface DaemonOptions {
  readonly platforms: readonly string[];
  /** Further configuration, YAML. */
  readonly yaml?: string;
  /** Watches the loop; adds a timer of 1 ms, so never on where latency, memory or idle figures are taken. */
  readonly stall?: boolean;
  readonly logLevel?: string;
  /** Where it answers HTTP; nowhere by default. */
  readonly http?: string;
  /** Ends of the log: a file by default, or a pipe that nobody reads. */
  readonly log?: 'file' | 'unread pipe';
}

/** How long the daemon's loop stood still since the last question, milliseconds. */
export interface Stall {
  readonly max: number;
  readonly p99: number;
  readonly median: number;
}

/** A running daemon of the keeper. */
export interface Daemon {
  readonly pid: number;
  /** `performance.now()` right before the spawn. */
  readonly startedAt: number;
  readonly child: ChildProcess;
  log(): string;
  /** Resolves when the log holds `text` `times` times since the last `forget`. */
  said(text: string, times?: number, limitMs?: number): Promise<void>;
  forget(): void;
  /** The log since the last `forget`. */
  news(): string;
  /** Configures anew, which also ends what the storm rule remembers. */
  reload(): Promise<void>;
  stall(): Promise<Stall>;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const preload = fileURLToPath(new URL('stall.mjs', import.meta.url));
let number = 0;

/** Starts a daemon; it is not ready yet. */
export function startDaemon(place: Place, options: DaemonOptions): Daemon {
  number += 1;
  const path = (name: string): string => join(place.dir, `${name}-${number}`);
  writeFileSync(path('config.yaml'), configOf(options));
  const stallFile = path('stall');
  const logFile = path('log');
  const fd = openSync(logFile, 'w');
  const args = ['run', '--config', path('config.yaml'), '--log-level', options.logLevel ?? 'info'];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...commandOf(place, place.program), ...args], {
    stdio: ['ignore', 'ignore', options.log === 'unread pipe' ? 'pipe' : fd],
    env: environmentOf(place, options, stallFile),
  });
  closeSync(fd);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let from = 0;
  const log = (): string => readFileSync(logFile, 'utf8');
  const said = async (text: string, times = 1, limitMs = 30_000): Promise<void> => {
    const until = performance.now() + limitMs;
    while (log().slice(from).split(text).length <= times) {
      if (performance.now() > until || child.exitCode !== null)
        throw new Error(`the daemon did not say ${JSON.stringify(text)}; it said:\n${log().slice(-3000)}`);
      await sleep(2);
    }
  };
  const forget = (): void => {
    from = log().length;
  };
  return {
    pid: child.pid ?? -1,
    startedAt,
    child,
    log,
    said,
    forget,
    news: () => log().slice(from),
    async reload() {
      forget();
      child.kill('SIGHUP');
      if (options.log === 'unread pipe') await sleep(300);
      else await said('"handlers":[');
    },
    stall() {
      rmSync(stallFile, { force: true });
      child.kill('SIGUSR2');
      return stallIn(stallFile);
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
      process.removeListener('exit', kill);
    },
  };
}

/** What the daemon writes there of its loop, once it does. */
async function stallIn(file: string): Promise<Stall> {
  for (let tries = 0; tries < 1000; tries += 1) {
    await sleep(5);
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > 0) return JSON.parse(readFileSync(file, 'utf8')) as Stall;
  }
  throw new Error('the daemon did not tell how long its loop stood still');
}

function configOf({ platforms, yaml }: DaemonOptions): string {
  const [only] = platforms;
  const list = only === 'auto' || only === 'all' ? only : `[${platforms.join(', ')}]`;
  return `platforms: ${list}\n${yaml ?? ''}`;
}

function environmentOf(place: Place, { http, stall }: DaemonOptions, stallFile: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    BINFMT_KEEPER_SANDBOX: '1',
    BINFMT_KEEPER_INTERPRETERS_STORE: join(place.dir, 'store'),
    BINFMT_KEEPER_MOUNTS_ANCHOR: place.anchor,
    BINFMT_KEEPER_HTTP_LISTEN: http ?? 'off',
    ...(stall ? { NODE_OPTIONS: `--import=${preload}`, BENCH_STALL_FILE: stallFile } : {}),
  };
}

/** Names of all entries but `register` and `status`. */
export function entryNames(directory: string): string[] {
  return readdirSync(directory).filter((name) => name !== 'register' && name !== 'status');
}
