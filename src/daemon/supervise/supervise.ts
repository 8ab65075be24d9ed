import type { Outcome } from '../../core/outcome.ts';
import type { Report } from '../../core/report/report.ts';
import type { Notifier } from '../../host/net/notify.ts';
import { statusWords } from './status-words.ts';

/** What the supervisor, systemd as a rule, is told of the daemon; nothing at all where nobody supervises. */
export interface Supervision {
  /** How long the loop may go without a look, milliseconds; Infinity where no watchdog waits. */
  readonly pulseMs: number;
  /** The first pass is complete, whatever came of it. Said once, and without this call after ten seconds. */
  ready(): void;
  /** The loop made progress. */
  alive(): void;
  /** Another keeper has the lock: this one is as ready as it can be. */
  standingBy(): void;
  /** Runs a reload between RELOADING and READY. */
  reloading(work: () => Promise<void>): Promise<void>;
  /** Ends; `why` where it is not because somebody asked. */
  stopping(why?: string): void;
  /** Something in the report may be different now. */
  changed(): void;
  /** Why the supervisor hears nothing, null where it does. */
  fault(): string | null;
  close(): void;
}

/** Container runtimes and kubelet are ordered behind us and do not wait for an emulator that never answers. */
const readyWithinMs = 10_000;
const statusEveryMs = 1000;

/**
 * Speaks to the supervisor. Signs of life come from completed looks alone: a timer beside the loop would go on while
 * nothing else does.
 */
export function createSupervision(
  notifier: Notifier | null,
  report: () => Report | null,
  onFault: (error: unknown) => void = () => {},
): Supervision {
  let told = '';
  let isReady = false;
  let stopped = false;
  let failed: string | null = null;
  let lastSign = -Infinity;
  let pending: NodeJS.Timeout | null = null;
  let faulty = false;

  const send = (...assignments: readonly string[]): void => {
    void notifier?.send(...assignments).then((outcome: Outcome) => {
      // A full queue is the supervisor's own slowness, and the next message says the same.
      if (outcome.ok || outcome.code !== 'EAGAIN') failed = outcome.ok ? null : outcome.message;
    });
  };

  /** A report that cannot be drawn up is a defect, but no reason to end what heals; told once until it can be again. */
  const words = (): string => {
    try {
      const current = report();
      faulty = false;
      return current === null ? 'starting' : statusWords(current);
    } catch (error) {
      if (!faulty) onFault(error);
      faulty = true;
      return told;
    }
  };

  const status = (): readonly string[] => {
    const now = words();
    if (now === told) return [];
    told = now;
    return [`STATUS=${now}`];
  };

  const ready = (): void => {
    if (isReady || stopped) return;
    isReady = true;
    clearTimeout(late);
    send('READY=1', ...status());
  };
  const late = setTimeout(ready, readyWithinMs);
  if (notifier === null) clearTimeout(late);

  return {
    // A third, so that one look that comes late is not the end.
    pulseMs: notifier?.watchdogMs == null ? Infinity : notifier.watchdogMs / 3,
    ready,
    alive() {
      const { watchdogMs = null } = notifier ?? {};
      const now = performance.now();
      if (watchdogMs === null || now - lastSign < watchdogMs / 4) return;
      lastSign = now;
      send('WATCHDOG=1');
    },
    standingBy() {
      told = 'standing by: another keeper serves this instance';
      isReady = true;
      clearTimeout(late);
      send('READY=1', `STATUS=${told}`);
    },
    async reloading(work) {
      // Before the first READY that would look like one.
      if (!isReady) return work();
      send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
      try {
        await work();
      } finally {
        if (!stopped) send('READY=1', ...status());
      }
    },
    stopping(why = 'stopping') {
      if (stopped) return;
      stopped = true;
      clearTimeout(late);
      send('STOPPING=1', `STATUS=${why}`);
    },
    changed() {
      if (notifier === null || pending !== null || stopped) return;
      pending = setTimeout(() => {
        pending = null;
        const assignments = status();
        if (assignments.length > 0 && !stopped) send(...assignments);
      }, statusEveryMs);
    },
    fault: () => failed,
    close() {
      clearTimeout(late);
      if (pending !== null) clearTimeout(pending);
    },
  };
}
