import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../setting/daemon.ts';
import { put } from '../setting/entries.ts';
import { asFromNpm, commandOf, mountMain, type Place } from '../setting/place.ts';
import { type Summary, summarize } from '../setting/stats.ts';
import { programsOf } from './flush.ts';
import { ten } from './latency.ts';

/** What a start takes beside that of Node alone. */
export interface BesideNode {
  /** `now`, the same without its snapshot, `before` (BENCH_BEFORE), or another tool. */
  readonly who: string;
  readonly what: string;
  /** From the spawn, milliseconds. */
  readonly ms: Summary;
  /** Median to that of `node -e 0` in the same run. */
  readonly ratio: number;
}

/** The figures, and why the other tool is not among them; null where it is. */
export interface Starts {
  readonly figures: readonly BesideNode[];
  readonly absent: string | null;
}

const eight = ten.slice(0, 8);
const other = 'tonistiigi/binfmt';

/** Everything takes turns, so that a slow minute of the machine hits all alike; the first turn fills the store. */
export async function measureBesideNode(place: Place, times: number): Promise<Starts> {
  const peer = buildPeer(place);
  const programs = [...Object.entries(programsOf(place)), [withoutSnapshot, asFromNpm(place)] as const];
  const samples = new Map<string, { who: string; what: string; ms: number[] }>();
  const note = (who: string, what: string, ms: number): void => {
    const found = samples.get(`${who} ${what}`) ?? { who, what, ms: [] };
    found.ms.push(ms);
    samples.set(`${who} ${what}`, found);
  };
  for (let i = -1; i < times; i += 1) {
    if (i === 0) samples.clear();
    note('node', '-e 0', timed(process.execPath, ['-e', '0'], place));
    for (const [who, program] of programs) {
      const words = commandOf(place, program);
      for (const line of [['--version'], ['install', ...eight], ['--install', eight.join(',')]]) {
        clear(place);
        note(who, line[0] ?? '', timed(process.execPath, [...words, ...line], place));
      }
      const { registered, verified } = await daemonStart(place, program);
      note(who, 'run: registered', registered);
      note(who, 'run: verified', verified);
    }
    if (peer.program === null) continue;
    clear(place);
    note(other, '--install', timed(peer.program, ['--install', eight.join(',')], place));
  }
  const node = summarize(samples.get('node -e 0')?.ms ?? []).median;
  const figures = [...samples.values()].map(({ who, what, ms }) => {
    const summary = summarize(ms);
    return { who, what, ms: summary, ratio: summary.median / node };
  });
  return { figures, absent: peer.absent };
}

const withoutSnapshot = 'now, from npm';

function timed(command: string, args: readonly string[], place: Place): number {
  const from = performance.now();
  spawnSync(command, args, {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      BINFMT_KEEPER_SANDBOX: '1',
      BINFMT_KEEPER_INTERPRETERS_STORE: join(place.dir, 'store'),
      BINFMT_KEEPER_MOUNTS_ANCHOR: place.anchor,
    },
  });
  return performance.now() - from;
}

async function daemonStart(
  place: Place,
  program: string,
): Promise<{ readonly registered: number; readonly verified: number }> {
  clear(place);
  const daemon = startDaemon({ ...place, program }, { platforms: eight });
  const missing = new Set(eight.map((key) => `${place.main}/keeper-${key}`));
  while (missing.size > 0) {
    for (const path of missing) if (existsSync(path)) missing.delete(path);
    await sleep(1);
  }
  const registered = performance.now() - daemon.startedAt;
  await daemon.said('"event":"verified"', eight.length);
  const verified = performance.now() - daemon.startedAt;
  await daemon.stop();
  // It would hold the instance for whoever comes next.
  spawnSync('umount', ['-l', place.anchor], { stdio: 'ignore' });
  return { registered, verified };
}

function clear(place: Place): void {
  mountMain();
  put(`${place.main}/status`, '-1');
}

/** The leading one-shot tool, from the proxy of Go's modules; left out with a word where that cannot be had. */
function buildPeer(place: Place): { readonly program: string | null; readonly absent: string | null } {
  const dir = join(place.dir, 'peer');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'go.mod'), 'module peer\n\ngo 1.22\n');
  const target = 'github.com/tonistiigi/binfmt/cmd/binfmt@latest';
  const env = { ...process.env, GOBIN: dir, GOFLAGS: '-mod=mod' };
  const { status, error, stderr } = spawnSync('go', ['install', target], {
    cwd: dir,
    encoding: 'utf8',
    env,
    timeout: 300_000,
  });
  const program = join(dir, 'binfmt');
  if (status === 0 && existsSync(program) && readFileSync(program).length > 0)
    return { program, absent: null };
  const why = error?.message ?? stderr.trim().split('\n').slice(-2).join(' ');
  return { program: null, absent: `${other} is left out: ${why}` };
}
