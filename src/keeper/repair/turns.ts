import type { PassTrigger } from '../../core/report/totals.ts';
import type { Cancel, Clock } from '../../host/system/clock.ts';
import type { Occasion } from '../record/occasion.ts';
import type { Repair } from './repair.ts';
import type { Repaired } from './repaired.ts';

/** When repairs run. */
export interface Turns {
  /**
   * Something happened: look again, our own names at once and the rest in the same turn of the loop. `hint` is the
   * entry that an event named, looked at before all others.
   */
  look(hint?: string): void;
  /** Everything at once, because of `trigger`; a timer and a loss by default. */
  lookAtAll(trigger?: PassTrigger, occasion?: Occasion): void;
  close(): void;
}

/** Who is asked to repair, and who hears of it. */
export interface TurnsParts {
  readonly clock: Clock;
  readonly repair: () => Pick<Repair, 'own' | 'full'>;
  /** Something was done; `since` is when its look began. */
  readonly repaired: (repaired: Repaired, since: number, occasion: Occasion) => void;
  /** Everything was looked at. */
  readonly looked: () => void;
  readonly failed: (error: unknown) => void;
  /** A pass is over. */
  readonly passed: (trigger: PassTrigger, ok: boolean, tookMs: number) => void;
}

/** Where the host has no descriptors or memory left, the next look may succeed. */
const retryMs = 1000;

/**
 * Merges triggers: the first event of a turn repairs our own names at once, whatever else arrives in that turn is
 * looked at together afterwards, and a handler held back by the storm rule gets a timer. A look that ends with an
 * exception is told and repeated, since a daemon that ends heals nothing.
 */
export function createTurns(parts: TurnsParts): Turns {
  const { clock } = parts;
  let planned: Cancel | null = null;
  let later: { readonly cancel: Cancel; readonly at: number } | null = null;
  let closed = false;
  /** What the look at our own names took, which began the pass that the next full look ends. */
  let begunMs = 0;

  const run = (which: 'own' | 'full', trigger: PassTrigger, occasion: Occasion, hint?: string): void => {
    if (closed) return;
    const now = clock.now();
    try {
      const repaired = parts.repair()[which](now, hint);
      const tookMs = clock.now() - now;
      if (repaired.again !== null) wakeIn(repaired.again, now);
      if (repaired.results.length > 0) parts.repaired(repaired, now, occasion);
      if (which === 'full') parts.looked();
      const ok = repaired.held !== true && !repaired.results.some((r) => r.failed !== null);
      passed(which, trigger, tookMs, ok);
    } catch (error) {
      passed(which, trigger, clock.now() - now, false);
      parts.failed(error);
      wakeIn(retryMs, now);
    }
  };

  /** A pass is over when everything was looked at. */
  const passed = (which: 'own' | 'full', trigger: PassTrigger, tookMs: number, ok: boolean): void => {
    if (which === 'full') parts.passed(trigger, ok, begunMs + tookMs);
    begunMs = which === 'own' ? tookMs : 0;
  };

  /** One timer, for the earliest of all that wait. */
  const wakeIn = (ms: number, now: number): void => {
    if (later !== null && later.at <= now + ms) return;
    later?.cancel();
    const wake = (): void => {
      later = null;
      run('full', 'timer', 'loss');
    };
    later = { cancel: clock.after(ms, wake), at: now + ms };
  };

  return {
    look(hint) {
      if (closed || planned !== null) return;
      planned = clock.soon(() => {
        planned = null;
        run('full', 'event', 'loss');
      });
      run('own', 'event', 'loss', hint);
    },
    lookAtAll: (trigger = 'timer', occasion = 'loss') => run('full', trigger, occasion),
    close() {
      closed = true;
      planned?.();
      later?.cancel();
    },
  };
}
