import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { keeper, type World } from '../e2e/world.ts';

/** A system call that changes something, as strace saw it. */
export interface Step {
  readonly call: string;
  /** Which one of its kind within its thread, from 1. */
  readonly nth: number;
  /** What it does, without what is random. */
  readonly label: string;
}

/** What is watched, and where it stops: at calls on the instance, on files, or that start a child. */
export interface Filter {
  readonly calls: readonly string[];
  /** Only calls on these paths, if any are given. */
  readonly paths: readonly string[];
}

/** A run of the program under strace. */
export interface Traced {
  /** In their order; the last one is that at which it was killed. */
  readonly steps: readonly Step[];
  readonly killed: boolean;
  readonly said: string;
}

/**
 * Runs the program under strace; with `kill` the whole process gets SIGKILL when it enters that call, which is not
 * carried out. Libuv gets one thread, so that calls come in the same order each time. `finished` tells when a run
 * that is not killed has done everything; the daemon is then stopped.
 */
export async function runTraced(
  world: World,
  args: readonly string[],
  filter: Filter,
  kill: Pick<Step, 'call' | 'nth'> | null,
  finished: () => number | null,
): Promise<Traced> {
  const log = `${world.dir}/strace.log`;
  const inject = kill === null ? [] : ['-e', `inject=${kill.call}:signal=SIGKILL:when=${kill.nth}`];
  const line = [
    ...['-f', '-q', '-y', '-s', '100', '-o', log, '-e', 'signal=none', '-e', `trace=${filter.calls.join()}`],
    ...inject,
    ...filter.paths.flatMap((path) => ['-P', path]),
    ...[process.execPath, '--no-warnings', keeper, ...args],
  ];
  const child = spawn('strace', line, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      UV_THREADPOOL_SIZE: '1',
      BINFMT_KEEPER_SANDBOX: '1',
      BINFMT_KEEPER_INTERPRETERS_STORE: world.store,
      BINFMT_KEEPER_MOUNTS_ANCHOR: world.anchor,
      BINFMT_KEEPER_HTTP_LISTEN: 'off',
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const timer = setInterval(() => {
    const pid = finished();
    if (pid === null) return;
    clearInterval(timer);
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // it was killed in the meantime
    }
  }, 50);
  const limit = setTimeout(() => child.kill('SIGKILL'), 40_000);
  const signal = await new Promise<string | null>((resolve) =>
    child.on('close', (_, ended) => resolve(ended)),
  );
  clearInterval(timer);
  clearTimeout(limit);
  const text = readFileSync(log, 'utf8');
  // strace ends as the traced program did.
  return { steps: readSteps(text, world.dir), killed: kill !== null && signal === 'SIGKILL', said };
}

function readSteps(text: string, dir: string): Step[] {
  const counts = new Map<string, number>();
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const [, thread, call, rest] = /^(\d+)\s+(\w+)\((.*)/.exec(line) ?? [];
    if (thread === undefined || call === undefined || rest === undefined || call === 'execve') return [];
    const key = `${thread} ${call}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    const label =
      call === 'clone' ? `start ${childAfter(lines, at)}` : labelOf(call, rest.replaceAll(`${dir}/`, ''));
    return [{ call, nth, label }];
  });
}

/** The program that is executed next: by the child that was just started, or was about to be. */
function childAfter(lines: readonly string[], at: number): string {
  const next = lines.slice(at).find((line) => line.includes('execve('));
  const path = /execve\("([^"]*)"/.exec(next ?? '')?.[1] ?? 'a child';
  return path.startsWith('/proc/') ? path.replaceAll(/\d+/g, 'N') : path.replace(/.*\//, '');
}

function labelOf(call: string, rest: string): string {
  const written = /^\d+<.*\/([^/]+)>, "(.*?)"/.exec(rest);
  if (call === 'write' && written?.[1] === 'register') {
    return `register ${written[2]?.slice(1).split(written[2][0] ?? '')[0]}`;
  }
  if (call === 'write' && written !== null) {
    return `${written[2]?.startsWith('-1') ? 'remove' : 'enable'} ${written[1]}`;
  }
  const named = rest.match(/<[^>]*>|"[^"]*"/g)?.map((path) => path.slice(1, -1)) ?? [];
  return `${call.replace('64', '')} ${named
    .slice(0, call === 'pwrite64' ? 1 : 2)
    .map((path) =>
      path
        .replace(/\.control\.sock\.[0-9A-Za-z]{6}/, '.control.sock.*')
        .replace(/[0-9a-f]{12}\.tmp/, '*.tmp')
        .replace(/[0-9a-f]{16}/, 'HASH')
        .replace(/probe\.\w+/, 'probe.*'),
    )
    .join(' → ')}`;
}
