import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, startDaemon } from '../setting/daemon.ts';
import { put } from '../setting/entries.ts';
import type { Place } from '../setting/place.ts';
import { type Summary, summarize } from '../setting/stats.ts';
import { ten } from './latency.ts';

/** From the event to the entry serving again, as the daemon's own log says it, milliseconds. */
export interface Logged {
  readonly fault: string;
  readonly ms: Summary;
}

const reasons = {
  'entry deleted': 'missing',
  'entry disabled': 'disabled',
  'all cleared': 'missing',
} as const;

/**
 * What the other series cannot see: the time without the two wake-ups of processes that lie between a write and its
 * effect. Of all cleared entries the last one counts.
 */
export async function measureLogged(place: Place, count: number): Promise<Logged[]> {
  const daemon = startDaemon(place, { platforms: ten });
  await daemon.said('"event":"verified"', ten.length);
  const logged: Logged[] = [];
  for (const [fault, reason] of Object.entries(reasons)) {
    const batch = fault === 'all cleared' ? ten.length : 1;
    const samples: number[] = [];
    // The storm rule begins with the 20th heal of one handler within ten seconds.
    const inBlock = fault === 'all cleared' ? 12 : 100;
    while (samples.length < count) {
      await daemon.reload();
      await sleep(250);
      daemon.forget();
      for (let i = 0; i < inBlock; i += 1) {
        inject(place, fault, ten[i % ten.length] ?? '');
        await sleep(fault === 'all cleared' ? 150 : 20 + Math.random() * 40);
      }
      samples.push(...timesIn(daemon, reason, batch));
    }
    logged.push({ fault, ms: summarize(samples.slice(0, count)) });
  }
  await daemon.stop();
  return logged;
}

function inject({ main }: Place, fault: string, key: string): void {
  if (fault === 'all cleared') put(`${main}/status`, '-1');
  else put(`${main}/keeper-${key}`, fault === 'entry deleted' ? '-1' : '0');
}

/** The longest of each batch of heals. */
function timesIn(daemon: Daemon, reason: string, batch: number): number[] {
  return batchesIn(daemon, reason, batch).map((times) => Math.max(...times));
}

/** What was healed at once, by the daemon's news: how long each was gone, from the event on. */
export function batchesIn(daemon: Daemon, reason: string, batch: number): number[][] {
  const times = daemon
    .news()
    .split('\n')
    .filter((line) => line.includes(`"reason":"${reason}"`) && line.includes('"goneMs"'))
    .flatMap((line) => {
      const { goneMs, eachMs } = JSON.parse(line) as { goneMs: number; eachMs?: readonly number[] };
      return eachMs ?? [goneMs];
    });
  return Array.from({ length: Math.floor(times.length / batch) }, (_, i) =>
    times.slice(i * batch, (i + 1) * batch),
  );
}
