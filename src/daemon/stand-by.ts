import type { Logger } from 'pino';
import { problemCatalogue } from '../core/problems.ts';

/** How often whoever stands by asks for the lock: the entries outlive its holder, so nothing is lost in between. */
const everyMs = 250;

/**
 * Waits until nobody else keeps this instance; the kernel frees the lock when its holder ends, killed or not. Whoever
 * waits writes no report, opens no socket and touches no entry. `waited`: somebody else had it; null where `stop` came
 * first.
 */
export async function takeLock(
  tryLock: () => boolean,
  stop: AbortSignal,
  logger: Logger,
  holder: () => Promise<string>,
): Promise<{ readonly waited: boolean } | null> {
  if (stop.aborted) return null;
  if (tryLock()) return { waited: false };
  const { title, remedy } = problemCatalogue['locked-by-another'];
  logger.warn({ problem: 'locked-by-another', detail: await holder(), remedy }, `${title}; standing by`);
  while (!stop.aborted) {
    if (tryLock()) {
      logger.info('the other keeper has ended; taking over');
      return { waited: true };
    }
    await pause(stop);
  }
  return null;
}

function pause(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, everyMs);
    stop.addEventListener('abort', done, { once: true });
  });
}
