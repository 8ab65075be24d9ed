import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../setting/daemon.ts';
import { put } from '../setting/entries.ts';
import type { Place } from '../setting/place.ts';
import { type Summary, summarize } from '../setting/stats.ts';
import { ten } from './latency.ts';

/** From the spawn of the process, milliseconds. */
export interface Start {
  readonly registered: Summary;
  readonly verified: Summary;
}

/** Starts the daemon `times` times with eight platforms, a warm store and no entries. */
export async function measureStart(place: Place, times: number): Promise<Start> {
  const platforms = ten.slice(0, 8);
  const registered: number[] = [];
  const verified: number[] = [];
  for (let i = -1; i < times; i += 1) {
    put(`${place.main}/status`, '-1');
    const daemon = startDaemon(place, { platforms });
    const missing = new Set(platforms.map((key) => `${place.main}/keeper-${key}`));
    while (missing.size > 0) {
      for (const path of missing) if (existsSync(path)) missing.delete(path);
      await sleep(1);
    }
    const registeredAt = performance.now();
    await daemon.said('"event":"verified"', platforms.length);
    const verifiedAt = performance.now();
    // The first start fills the store.
    if (i >= 0) {
      registered.push(registeredAt - daemon.startedAt);
      verified.push(verifiedAt - daemon.startedAt);
    }
    await daemon.stop();
  }
  return { registered: summarize(registered), verified: summarize(verified) };
}
