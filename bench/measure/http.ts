import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Daemon, startDaemon } from '../setting/daemon.ts';
import type { Place } from '../setting/place.ts';
import { type Summary, summarize } from '../setting/stats.ts';
import { type Fault, runBlock, ten } from './latency.ts';

/** What answering HTTP costs. */
export interface HttpCost {
  readonly memory: readonly { readonly http: string; readonly anonymousMb: number; readonly rssMb: number }[];
  readonly latency: readonly {
    readonly fault: Fault;
    readonly beside: string;
    /** From the return of the fault's write to the entries serving again, milliseconds. */
    readonly ms: Summary;
    /** From the event to the entry serving, as the daemon logs it: without the wake-ups of processes. */
    readonly logged: Summary;
  }[];
  /** The longest time that the loop stood still in ten seconds, milliseconds. */
  readonly standstill: readonly { readonly beside: string; readonly max: number; readonly p99: number }[];
  /** Medians of `ms` beside clients to those beside none. */
  readonly ratios: readonly { readonly fault: Fault; readonly beside: string; readonly ratio: number }[];
}

const crowds = { none: null, '1000 slow clients': 'slow', '100 scrapes a second': 'scrapes' } as const;
type Crowd = keyof typeof crowds;
const shown: readonly Fault[] = ['entry deleted', 'all cleared'];
const here = '127.0.0.1:0';

/**
 * Memory of one daemon after the other; then heals of one daemon, in blocks that alternate between no clients, slow
 * ones and scrapes, so that a slow minute of the machine hits them alike and the ratios hold.
 */
export async function measureHttp(
  place: Place,
  count: number,
  say: (text: string) => void,
): Promise<HttpCost> {
  const memory = [
    await memoryOf(place, 'off', 'off', null),
    await memoryOf(place, 'idle', here, null),
    await memoryOf(place, 'scraped 100 times a second', here, 'scrapes'),
    await memoryOf(place, 'page open', here, 'page'),
  ];
  const standstill = await standstillOf(place);
  const daemon = startDaemon(place, { platforms: ten, http: here });
  await daemon.said('"event":"verified"', ten.length);
  const port = await portOf(daemon);
  const samples = new Map<string, { ms: number[]; logged: number[] }>();
  while ((samples.get('entry deleted none')?.ms.length ?? 0) < count) {
    for (const [beside, kind] of Object.entries(crowds)) {
      const crowd = kind === null ? null : gather(kind, port);
      await sleep(1500);
      daemon.forget();
      await runBlock(place, daemon, 0, (fault, { ms }) => {
        if (shown.includes(fault) && !Number.isNaN(ms)) of(samples, fault, beside).ms.push(ms);
      });
      for (const ms of loggedHeals(daemon)) of(samples, 'entry deleted', beside).logged.push(ms);
      await dismiss(crowd);
    }
    say(`heals beside HTTP: ${samples.get('entry deleted none')?.ms.length} of ${count}`);
  }
  await daemon.stop();
  const latency = shown.flatMap((fault) =>
    Object.keys(crowds).map((beside) => {
      const { ms, logged } = of(samples, fault, beside);
      return { fault, beside, ms: summarize(ms), logged: summarize(logged) };
    }),
  );
  const median = (fault: Fault, beside: string): number =>
    latency.find((l) => l.fault === fault && l.beside === beside)?.ms.median ?? Number.NaN;
  const ratios = latency
    .filter((l) => l.beside !== ('none' satisfies Crowd))
    .map(({ fault, beside, ms }) => ({ fault, beside, ratio: ms.median / median(fault, 'none') }));
  return { memory, latency, standstill, ratios };
}

function of(samples: Map<string, { ms: number[]; logged: number[] }>, fault: Fault, beside: string) {
  const key = `${fault} ${beside}`;
  const known = samples.get(key) ?? { ms: [], logged: [] };
  samples.set(key, known);
  return known;
}

/** Ten seconds after it was ready, and after as long with whoever asks. */
async function memoryOf(place: Place, http: string, listen: string, kind: string | null) {
  const platforms = ten.slice(0, 8);
  const daemon = startDaemon(place, { platforms, http: listen });
  await daemon.said('"event":"verified"', platforms.length);
  const crowd = kind === null ? null : gather(kind, await portOf(daemon));
  await sleep(10_000);
  const status = readFileSync(`/proc/${daemon.pid}/status`, 'latin1');
  await dismiss(crowd);
  await daemon.stop();
  return { http, anonymousMb: megabytes(status, 'RssAnon'), rssMb: megabytes(status, 'VmRSS') };
}

async function standstillOf(place: Place): Promise<HttpCost['standstill']> {
  const daemon = startDaemon(place, { platforms: ten, http: here, stall: true });
  await daemon.said('"event":"verified"', ten.length);
  const port = await portOf(daemon);
  const found: { beside: string; max: number; p99: number }[] = [];
  for (const [beside, kind] of [
    ...Object.entries(crowds),
    ['requests that do not wait', 'pipeline'] as const,
  ]) {
    await daemon.stall();
    const crowd = kind === null ? null : gather(kind, port);
    await sleep(10_000);
    const { max, p99 } = await daemon.stall();
    found.push({ beside, max, p99 });
    await dismiss(crowd);
  }
  await daemon.stop();
  return found;
}

function megabytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 0.001024;
}

async function portOf(daemon: Daemon): Promise<string> {
  await daemon.said('"http":"');
  return /"http":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(daemon.log())?.[1] ?? '';
}

/** Every heal of a deleted entry since the last `forget`, those after `-1` to the instance's status among them. */
function loggedHeals(daemon: Daemon): number[] {
  return daemon
    .news()
    .split('\n')
    .filter((line) => line.includes('"reason":"missing"') && line.includes('"goneMs"'))
    .flatMap((line) => {
      const { goneMs, eachMs } = JSON.parse(line) as { goneMs: number; eachMs?: readonly number[] };
      return eachMs ?? [goneMs];
    });
}

const load = fileURLToPath(new URL('../setting/http-load.ts', import.meta.url));

function gather(kind: string, port: string): ChildProcess {
  const crowd = spawn(process.execPath, ['--no-warnings', load, kind, port], { stdio: 'ignore' });
  const kill = (): void => void crowd.kill('SIGKILL');
  process.once('exit', kill);
  crowd.once('exit', () => process.removeListener('exit', kill));
  return crowd;
}

async function dismiss(crowd: ChildProcess | null): Promise<void> {
  if (crowd === null) return;
  const ended = new Promise((resolve) => crowd.once('exit', resolve));
  crowd.kill('SIGKILL');
  await ended;
}
