import type { Outcome } from '../../core/outcome.ts';
import type { Report } from '../../core/report/report.ts';
import type { Notifier } from '../../host/net/notify.ts';
import { createStatusLine } from './status-line.ts';
import { createWatchdog } from './watchdog.ts';

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

/**
 * Speaks to the supervisor. Signs of life come from completed looks alone: a timer beside the loop would go on while
 * nothing else does.
 */
export function createSupervision(
  notifier: Notifier | null,
  report: () => Report | null,
  onFault: (error: unknown) => void = () => {},
): Supervision {
  const { send, fault } = createSender(notifier);
  const status = createStatusLine(report, onFault, send);
  const watchdog = createWatchdog(notifier?.watchdogMs ?? null);
  let isReady = false;
  let stopped = false;

  const ready = (): void => {
    if (isReady || stopped) return;
    isReady = true;
    clearTimeout(late);
    send('READY=1', ...status.next());
  };
  const late = setTimeout(ready, readyWithinMs);
  if (notifier === null) clearTimeout(late);

  return {
    pulseMs: watchdog.pulseMs,
    ready,
    alive() {
      if (watchdog.isDue()) send('WATCHDOG=1');
    },
    standingBy() {
      isReady = true;
      clearTimeout(late);
      send('READY=1', status.say('standing by: another keeper serves this instance'));
    },
    async reloading(work) {
      // Before the first READY that would look like one.
      if (!isReady) return work();
      send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
      try {
        await work();
      } finally {
        if (!stopped) send('READY=1', ...status.next());
      }
    },
    stopping(why = 'stopping') {
      if (stopped) return;
      stopped = true;
      clearTimeout(late);
      status.close();
      send('STOPPING=1', `STATUS=${why}`);
    },
    changed() {
      if (notifier !== null) status.later();
    },
    fault,
    close() {
      clearTimeout(late);
      status.close();
    },
  };
}

/** Sends without waiting, and knows why the last message did not arrive. */
function createSender(notifier: Notifier | null) {
  let failed: string | null = null;
  return {
    send(...assignments: readonly string[]): void {
      void notifier?.send(...assignments).then((outcome: Outcome) => {
        // A full queue is the supervisor's own slowness, and the next message says the same.
        if (outcome.ok || outcome.code !== 'EAGAIN') failed = outcome.ok ? null : outcome.message;
      });
    },
    fault: () => failed,
  };
}
