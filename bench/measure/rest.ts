import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../setting/daemon.ts';
import type { Place } from '../setting/place.ts';
import { ten } from './latency.ts';

/** What a daemon at rest costs. */
export interface Rest {
  /** 10 s after it was ready, MB of 10⁶ bytes. */
  readonly anonymousMb: number;
  readonly rssMb: number;
  /** Percent of one core. */
  readonly cpuPercent: number;
  readonly wakeupsPerSecond: number;
  readonly seconds: number;
}

/** Leaves a daemon with eight platforms alone and looks at its accounts in /proc. */
export async function measureRest(place: Place, seconds: number): Promise<Rest> {
  const platforms = ten.slice(0, 8);
  const daemon = startDaemon(place, { platforms });
  await daemon.said('"event":"verified"', platforms.length);
  await sleep(10_000);
  const memory = readFileSync(`/proc/${daemon.pid}/status`, 'latin1');
  const before = account(daemon.pid);
  await sleep(seconds * 1000);
  const after = account(daemon.pid);
  await daemon.stop();
  return {
    anonymousMb: kib(memory, 'RssAnon') * 0.001024,
    rssMb: kib(memory, 'VmRSS') * 0.001024,
    cpuPercent: ((after.ns - before.ns) / (seconds * 1e9)) * 100,
    wakeupsPerSecond: (after.wakeups - before.wakeups) / seconds,
    seconds,
  };
}

/** Processor time by schedstat, since utime and stime count in steps of 10 ms; wake-ups of every thread. */
export function account(pid: number): { ns: number; wakeups: number } {
  let ns = 0;
  let wakeups = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const dir = `/proc/${pid}/task/${task}`;
    ns += Number(readFileSync(`${dir}/schedstat`, 'latin1').split(' ')[0]);
    wakeups += kib(readFileSync(`${dir}/status`, 'latin1'), 'voluntary_ctxt_switches');
  }
  return { ns, wakeups };
}

function kib(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
}
