import type { Logger } from '../../core/logger.ts';
import { problemCatalogue } from '../../core/problems.ts';
import { remedyOf } from '../../core/report/remedy.ts';
import type { Here } from '../../core/text/typed.ts';
import type { Claim } from '../../keeper/mounts/claim.ts';

/** How often whoever stands by asks for the lock: the entries outlive its holder, so nothing is lost in between. */
const everyMs = 250;

/**
 * Waits until nobody else keeps this instance; the kernel frees the lock when its holder ends, killed or not. Whoever
 * waits writes no report, opens no socket and touches no entry. `waited`: somebody else had it; null where `stop` came
 * first; as refused where it cannot be taken at all.
 */
export async function takeLock(
  claim: () => Promise<Claim>,
  stop: AbortSignal,
  { logger, here }: { readonly logger: Logger; readonly here?: Here | undefined },
  holder: (older: string | null) => Promise<string>,
): Promise<Taken | Refused | null> {
  let waited = false;
  while (!stop.aborted) {
    const claimed = await claim();
    if (claimed.ok) {
      if (waited) logger.info({ event: 'taking-over' }, 'the other keeper has ended; taking over');
      return { ...claimed, waited };
    }
    if (!claimed.held) return claimed;
    if (!waited) {
      const code = 'locked-by-another';
      const detail = await holder(claimed.older);
      logger.warn(
        {
          event: 'standing-by',
          problem: code,
          detail,
          remedy: remedyOf({ code, subject: '', detail }, here),
        },
        `${problemCatalogue[code].title} (${detail}); standing by`,
      );
    }
    waited = true;
    await pause(stop);
  }
  return null;
}

type Taken = Extract<Claim, { readonly ok: true }> & { readonly waited: boolean };
type Refused = Extract<Claim, { readonly ok: false; readonly held: false }>;

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
