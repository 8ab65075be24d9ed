import type { PassTrigger } from '../../core/report/totals.ts';
import type { Repair, Repaired } from './repair.ts';

/** When repairs run. */
export interface Turns {
  /**
   * Something happened: look again, our own names at once and the rest in the same turn of the loop. `hint` is the
   * entry that an event named, looked at before all others.
   */
  look(hint?: string): void;
  /** Everything at once, because of `trigger`; a timer by default. */
  lookAtAll(trigger?: PassTrigger): void;
  close(): void;
}

/** Where the host has no descriptors or memory left, the next look may succeed. */
const retryMs = 1000;

/**
 * Merges triggers: the first event of a turn repairs our own names at once, whatever else arrives in that turn is
 * looked at together afterwards, and a handler held back by the storm rule gets a timer. A look that ends with an
 * exception is told and repeated, since a daemon that ends heals nothing.
 */
export function createTurns(
  repair: () => Pick<Repair, 'own' | 'full'>,
  onRepaired: (repaired: Repaired, since: number) => void,
  onLooked: () => void = () => {},
  onFault: (error: unknown) => void = () => {},
  onPass: (trigger: PassTrigger, ok: boolean, tookMs: number) => void = () => {},
): Turns {
  let planned: NodeJS.Immediate | null = null;
  let later: { readonly timer: NodeJS.Timeout; readonly at: number } | null = null;
  let closed = false;
  /** What the look at our own names took, which began the pass that the next full look ends. */
  let begunMs = 0;

  const run = (which: 'own' | 'full', trigger: PassTrigger, hint?: string): void => {
    if (closed) return;
    const now = performance.now();
    try {
      const repaired = repair()[which](now, hint);
      const tookMs = performance.now() - now;
      if (repaired.again !== null) wakeIn(repaired.again, now);
      if (repaired.results.length > 0) onRepaired(repaired, now);
      if (which === 'full') onLooked();
      const ok = repaired.held !== true && !repaired.results.some((r) => r.failed !== null);
      passed(which, trigger, tookMs, ok);
    } catch (error) {
      passed(which, trigger, performance.now() - now, false);
      onFault(error);
      wakeIn(retryMs, now);
    }
  };

  /** A pass is over when everything was looked at. */
  const passed = (which: 'own' | 'full', trigger: PassTrigger, tookMs: number, ok: boolean): void => {
    if (which === 'full') onPass(trigger, ok, begunMs + tookMs);
    begunMs = which === 'own' ? tookMs : 0;
  };

  /** One timer, for the earliest of all that wait. */
  const wakeIn = (ms: number, now: number): void => {
    if (later !== null && later.at <= now + ms) return;
    if (later !== null) clearTimeout(later.timer);
    const timer = setTimeout(() => {
      later = null;
      run('full', 'timer');
    }, ms);
    later = { timer, at: now + ms };
  };

  return {
    look(hint) {
      if (closed || planned !== null) return;
      planned = setImmediate(() => {
        planned = null;
        run('full', 'event');
      });
      run('own', 'event', hint);
    },
    lookAtAll: (trigger = 'timer') => run('full', trigger),
    close() {
      closed = true;
      if (planned !== null) clearImmediate(planned);
      if (later !== null) clearTimeout(later.timer);
    },
  };
}
