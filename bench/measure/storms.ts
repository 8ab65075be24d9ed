import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Daemon, startDaemon } from '../setting/daemon.ts';
import { emptyTable, fillTable } from '../setting/mount-calls.ts';
import type { Place } from '../setting/place.ts';
import { type Summary, summarize } from '../setting/stats.ts';
import { inject, ten } from './latency.ts';
import { account } from './rest.ts';

/** What a daemon does beside something that others do all the time. */
export interface Storm {
  readonly beside: string;
  /** Processor time without heals, percent of one core. */
  readonly cpuPercent: number;
  readonly wakeupsPerSecond: number;
  /** Until a reload had prepared everything anew, milliseconds. */
  readonly reloadMs: number;
  /** From the return of the write that deletes an entry to the entry serving again, milliseconds. */
  readonly ms: Summary;
  /** Median to that of the blocks beside none. */
  readonly ratio: number;
  readonly unhealed: number;
}

interface Kind {
  readonly name: string;
  readonly mounts?: number;
  readonly load?: readonly string[];
}

/**
 * Heals of one entry beside storms, in blocks that alternate with blocks beside none, so that a slow minute of the
 * machine hits both alike; then the processor time of a daemon that has nothing to heal.
 */
export async function measureStorms(
  place: Place,
  count: number,
  say: (text: string) => void,
): Promise<Storm[]> {
  const files = join(place.dir, 'sources');
  const table = join(place.dir, 'mounts');
  for (const dir of [files, table]) mkdirSync(dir, { recursive: true });
  const yaml = `interpreters: {sources: [/usr/bin, ${files}]}\n`;
  const daemon = startDaemon(place, { platforms: ten, yaml });
  await daemon.said('"event":"verified"', ten.length);
  const socket = join(place.anchor, '../control.sock');
  const kinds: Kind[] = [
    ...[0, 2000, 8000, 20_000].map((mounts) => ({
      name: `200 mount events a second, ${mounts} mounts`,
      mounts,
      load: ['mounts', '200', table],
    })),
    { name: '20000 mounts', mounts: 20_000 },
    { name: '2000 mount events a second', load: ['mounts', '2000', table] },
    { name: '200 registrations and removals a second', load: ['register', '200', place.main] },
    { name: '200 chmods of our entries a second', load: ['chmod', '200', place.main] },
    { name: 'all entries read 100 times a second', load: ['read', '100', place.main] },
    { name: '200 files a second come and go beside emulators', load: ['files', '200', files] },
    { name: '200 files a second come and go beside the configuration', load: ['files', '200', place.dir] },
    { name: '200 connections a second to the control socket', load: ['connect', '200', socket] },
  ];
  const storms: Storm[] = [];
  for (const { name, mounts = 0, load } of kinds) {
    const calm: number[] = [];
    const stormy: number[] = [];
    let unhealed = 0;
    let reloadMs = Number.NaN;
    let cpu = { cpuPercent: Number.NaN, wakeupsPerSecond: Number.NaN };
    while (stormy.length + unhealed < count) {
      await daemon.reload();
      calm.push(...(await block(place)).filter((ms) => !Number.isNaN(ms)));
      await daemon.reload();
      fillTable(table, 0, mounts);
      const crowd = load === undefined ? null : gather(load);
      await sleep(1000);
      const found = await block(place);
      stormy.push(...found.filter((ms) => !Number.isNaN(ms)));
      unhealed += found.filter(Number.isNaN).length;
      if (Number.isNaN(cpu.cpuPercent)) {
        cpu = await costs(daemon, 8);
        reloadMs = await reloadTime(daemon);
      }
      await dismiss(crowd);
      emptyTable(table, mounts);
    }
    const ms = summarize(stormy);
    storms.push({ beside: name, ...cpu, reloadMs, ms, ratio: ms.median / summarize(calm).median, unhealed });
    say(`storms: ${name}`);
  }
  await daemon.stop();
  return storms;
}

/** Twelve, so that no handler is lost 20 times before the next reload (the storm rule). */
async function block(place: Place): Promise<number[]> {
  await sleep(250);
  const found: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    const { ms } = inject(place, 'entry deleted', `${place.main}/keeper-${ten[i % ten.length]}`);
    found.push(ms);
    await sleep(10 + Math.random() * 30);
  }
  return found;
}

async function reloadTime(daemon: Daemon): Promise<number> {
  const from = performance.now();
  return daemon.reload().then(
    () => performance.now() - from,
    () => Number.POSITIVE_INFINITY,
  );
}

async function costs(daemon: Daemon, seconds: number) {
  await sleep(1000);
  const before = account(daemon.pid);
  await sleep(seconds * 1000);
  const after = account(daemon.pid);
  return {
    cpuPercent: ((after.ns - before.ns) / (seconds * 1e9)) * 100,
    wakeupsPerSecond: (after.wakeups - before.wakeups) / seconds,
  };
}

const program = fileURLToPath(new URL('../setting/storm-load.ts', import.meta.url));

function gather(load: readonly string[]): ChildProcess {
  const crowd = spawn(process.execPath, ['--no-warnings', program, ...load], { stdio: 'inherit' });
  const kill = (): void => void crowd.kill('SIGKILL');
  process.once('exit', kill);
  crowd.once('exit', () => process.removeListener('exit', kill));
  return crowd;
}

async function dismiss(crowd: ChildProcess | null): Promise<void> {
  if (crowd === null || crowd.exitCode !== null) return;
  const ended = new Promise((resolve) => crowd.once('exit', resolve));
  crowd.kill('SIGKILL');
  await ended;
}
