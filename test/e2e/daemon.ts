import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/core/report/report.ts';
import { targets } from './foreign.ts';
import { until } from './until.ts';

/** Flags, variables and whether the log is read at all. */
export interface DaemonOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly platforms?: string;
  readonly unreadLog?: boolean;
  /** Another program in place of the keeper's own, for a daemon that is wired differently. */
  readonly program?: string;
  /** Words before the program, such as `prlimit`. */
  readonly prefix?: readonly string[];
}

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A running daemon as seen from outside: log, report, and the instance that it holds. */
export interface Daemon {
  readonly pid: number;
  readonly log: readonly LogLine[];
  /** The report that this very process wrote last. */
  report(): Report | null;
  /** The first report that fits; of this moment or later unless `since` (Unix ms) says otherwise. */
  reported(what: string, fits: (report: Report) => boolean, since?: number): Promise<Report>;
  /** Every required platform verified by a report not older than `since`, and shown again by our own exec. */
  verified(since?: number): Promise<Report>;
  problem(code: string): Promise<Report>;
  /** The first log line from `from` on that fits. */
  logged(what: string, fits: (line: LogLine) => boolean, from?: number): Promise<LogLine>;
  healed(name: string, reason: string, from?: number): Promise<LogLine>;
  /** The instance through the daemon's own descriptor: works whatever lies over its mounts. */
  instance(): string;
  names(): string[];
  /** Whether a foreign program runs now. */
  runs(target?: string): boolean;
  kill(signal: NodeJS.Signals): void;
  /** Sends a signal and waits for the end; the exit code, null where a signal ended it. */
  ended(signal?: NodeJS.Signals): Promise<number | null>;
  story(): string;
}

interface Places {
  readonly anchor: string;
  readonly store: string;
  readonly config: string;
  readonly run: string;
  readonly probe: (target?: string) => string;
}

/** Starts the real program on the case's own directories. */
export function startDaemon(places: Places, options: DaemonOptions): Daemon {
  const platforms = options.platforms ?? targets.join(',');
  const flags = ['--config', places.config, ...(platforms === '' ? [] : ['--platforms', platforms])];
  const program = options.program ?? main;
  const line = [
    ...(options.prefix ?? []),
    process.execPath,
    '--no-warnings',
    program,
    'run',
    ...flags,
    ...(options.flags ?? []),
  ];
  const child = spawn(line[0] ?? '', line.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      BINFMT_KEEPER_SANDBOX: '1',
      BINFMT_KEEPER_INTERPRETERS_STORE: places.store,
      BINFMT_KEEPER_MOUNTS_ANCHOR: places.anchor,
      BINFMT_KEEPER_HTTP_LISTEN: 'off',
      // Which there are depends on what this machine declares; aliases.test.ts sets it anew.
      BINFMT_KEEPER_ALIASES: 'off',
      ...options.env,
    },
  });
  const pid = child.pid ?? 0;
  const { log, stray } = options.unreadLog === true ? { log: [], stray: [] } : readLog(child.stderr);
  const closed = new Promise<number | null>((resolve) => {
    child.on(options.unreadLog === true ? 'exit' : 'close', (status) => resolve(status));
  });
  const report = (): Report | null => {
    const read = parse(readText(`${places.run}/report.json`)) as Report | null;
    return read?.daemon?.pid === pid ? read : null;
  };
  const alive = (): void => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the daemon ended with ${child.exitCode ?? child.signalCode}`);
  };
  const reported = (what: string, fits: (r: Report) => boolean, since = 0): Promise<Report> =>
    until(what, () => {
      alive();
      const read = report();
      return read !== null && read.at >= since && fits(read) ? read : null;
    });
  const logged = (what: string, fits: (l: LogLine) => boolean, from = 0): Promise<LogLine> =>
    until(what, () => {
      alive();
      return log.slice(from).find(fits) ?? null;
    });
  const instance = (): string => {
    const held = readdirSync(`/proc/${pid}/fd`).find((fd) => existsSync(`/proc/${pid}/fd/${fd}/register`));
    if (held === undefined) throw new Error('the daemon holds no instance');
    return `/proc/${pid}/fd/${held}`;
  };
  const runs = (target?: string): boolean => runsForeign(places.probe(target));
  return {
    pid,
    log,
    report,
    reported,
    verified: async (since = 0) => {
      const read = await reported('a verified state', (r) => r.ready && r.handlers.length > 0, since);
      for (const h of read.handlers.filter((one) => one.required))
        assert.ok(runs(h.key), `${h.key} is reported ${h.state}, but its probe does not run`);
      return read;
    },
    problem: (code) => reported(`the problem ${code}`, (r) => r.problems.some((p) => p.code === code)),
    logged,
    healed: (name, reason, from = 0) =>
      logged(`a heal of ${name}`, (l) => concerns(l, name) && l.reason === reason, from),
    instance,
    names: () => readdirSync(instance()).filter((n) => n !== 'register' && n !== 'status'),
    runs,
    kill: (signal) => void child.kill(signal),
    ended: (signal) => {
      if (signal !== undefined) child.kill(signal);
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`no end within 20 s of ${signal}`)), 20_000).unref();
      });
      return Promise.race([closed, late]);
    },
    story: () =>
      [
        `daemon ${pid}:`,
        ...log.slice(-40).map((l) => JSON.stringify(l)),
        ...stray.slice(-20),
        `report: ${readText(`${places.run}/report.json`)}`,
      ].join('\n'),
  };
}

/** What was healed together is one line. */
function concerns(line: LogLine, name: string): boolean {
  return line.handler === name || (Array.isArray(line.handlers) && line.handlers.includes(name));
}

/** Runs a probe once: it reads a byte, prints its argv[0] and ends with 0. */
function runsForeign(file: string): boolean {
  const { status, stdout } = spawnSync(file, { input: 'x', encoding: 'utf8', timeout: 20_000 });
  return status === 0 && stdout === `${file}\n`;
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Collects lines of JSON; what is none is kept apart, for the story of a failed case. */
function readLog(stream: Readable): { log: LogLine[]; stray: string[] } {
  const log: LogLine[] = [];
  const stray: string[] = [];
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const parsed = parse(line);
      if (parsed === null) stray.push(line);
      else log.push(parsed);
    }
  });
  return { log, stray };
}

function parse(text: string): LogLine | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
