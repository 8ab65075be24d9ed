import {
  type Histogram,
  noHistograms,
  noTotals,
  type PassTrigger,
  type Totals,
} from '../../core/report/totals.ts';
import type { Clock } from '../../host/system/clock.ts';

/** Counts what happens, for metrics; nothing in here may cost a heal more than an addition. */
export interface Counters {
  healed(handler: string, reason: string, tookMs: number): void;
  failed(handler: string, code: string): void;
  /** An entry was found gone, at a moment of the monotonic clock (milliseconds); `wanted` is how many there should be. */
  gone(handler: string, at: number, wanted: number): void;
  passed(trigger: PassTrigger, ok: boolean, tookMs: number): void;
  probed(tookMs: number): void;
  reloaded(ok: boolean): void;
  read(): Omit<Totals, 'process'>;
}

/** One flush reaches us in one look or in a few that follow at once, since others delete while we look. */
const flushMs = 250;
/** Names come from configurations; a daemon that sees ever new ones stops counting new ones. */
const mostSeries = 2000;

/** Counters at zero, with the reload that a start is. */
export function createCounters(clock: Pick<Clock, 'wall'>): Counters {
  const heals = new Map<string, { handler: string; reason: string; count: number }>();
  const failures = new Map<string, { handler: string; code: string; count: number }>();
  const passes = noTotals.passes.map((one) => ({ ...one }));
  const healMs = tally(noHistograms.healMs);
  const passMs = tally(noHistograms.passMs);
  const probeMs = tally(noHistograms.probeMs);
  const missing = new Set<string>();
  let missingSince = Number.NEGATIVE_INFINITY;
  let flushes = 0;
  let lastGoodPassAt: number | null = null;
  let reload: Totals['reload'] = { ok: true, goodAt: clock.wall() };

  return {
    healed(handler, reason, tookMs) {
      count(heals, `${reason} ${handler}`, { handler, reason, count: 0 });
      healMs.add(tookMs);
    },
    failed: (handler, code) => count(failures, `${code} ${handler}`, { handler, code, count: 0 }),
    gone(handler, at, wanted) {
      if (at - missingSince > flushMs) {
        missing.clear();
        missingSince = at;
      }
      missing.add(handler);
      // One that is alone and gone was deleted, as far as anybody can tell.
      if (missing.size < Math.max(2, wanted)) return;
      flushes += 1;
      missing.clear();
    },
    passed(trigger, ok, tookMs) {
      const result = ok ? 'ok' : 'failed';
      const one = passes.find((p) => p.trigger === trigger && p.result === result);
      if (one !== undefined) one.count += 1;
      passMs.add(tookMs);
      if (ok) lastGoodPassAt = clock.wall();
    },
    probed: probeMs.add,
    reloaded(ok) {
      reload = { ok, goodAt: ok ? clock.wall() : reload.goodAt };
    },
    read: () => ({
      heals: [...heals.values()].map((one) => ({ ...one })),
      healMs: healMs.read(),
      failures: [...failures.values()].map((one) => ({ ...one })),
      flushes,
      passes: passes.map((one) => ({ ...one })),
      passMs: passMs.read(),
      lastGoodPassAt,
      probeMs: probeMs.read(),
      reload,
    }),
  };
}

function count<T extends { count: number }>(map: Map<string, T>, key: string, fresh: T): void {
  const known = map.get(key);
  if (known !== undefined) known.count += 1;
  else if (map.size < mostSeries) map.set(key, { ...fresh, count: 1 });
}

function tally({ bounds, counts: zeros }: Histogram) {
  const counts = [...zeros];
  let sum = 0;
  return {
    add(value: number): void {
      let at = 0;
      while (at < bounds.length && value > (bounds[at] ?? 0)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += value;
    },
    read: (): Histogram => ({ bounds, counts: [...counts], sum }),
  };
}
