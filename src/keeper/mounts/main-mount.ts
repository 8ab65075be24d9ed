import type { MountOutcome } from '../../host/mounts/mounts.ts';
import type { Cancel, Clock } from '../../host/system/clock.ts';
import type { Failure, MountFault } from './faults.ts';

/** When the main mount is made again, and what is known of attempts. */
export interface MainMount {
  /** It is not there: it is mounted at the start and when its time has come, and a timer is set otherwise. */
  mend(atStart: boolean): Promise<void>;
  /** It is there. */
  rest(): void;
  /** Why it is still missing; null while it is being mended. */
  missing(path: string): MountFault | null;
  close(): void;
}

/** What it acts by. */
export interface MainMountParts {
  readonly clock: Clock;
  readonly mount: () => Promise<MountOutcome>;
  /** Whether anything is mended now. */
  readonly mayMend: () => boolean;
  /** Its time has come: look again. */
  readonly wake: () => void;
}

/** No further attempt would end in another way: we may not, or the kernel cannot. */
const hopeless: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'ENODEV', 'ENOTOOL']);

const firstPause = 3000;
const longestPause = 60_000;
/** A mount that was refused three times running is looked after by whoever reads the problem, and by us now and then. */
const resignedPause = 600_000;
const mostTries = 3;

/**
 * Waits for 3 s, doubling: systemd's automount gives up for good at five mounts within 10 s, and the anchor serves
 * meanwhile.
 */
export function createMainMount({ clock, mount, mayMend, wake }: MainMountParts): MainMount {
  let pause = firstPause;
  let timer: Cancel | null = null;
  let calm: Cancel | null = null;
  let due = false;
  let failure: Failure | null = null;
  /** Attempts to restore it since it stayed for a while. */
  let tries = 0;
  let closed = false;

  const isMending = (): boolean => mayMend() && tries < mostTries && !hopeless.has(failure?.code ?? '');

  const mountNow = async (restores: boolean): Promise<boolean> => {
    const outcome = await mount();
    failure = outcome.ok || outcome.code === 'EBUSY' ? null : outcome;
    if (restores || failure !== null) tries += 1;
    return failure === null;
  };

  const wait = (): void => {
    timer = clock.after(failure !== null && !isMending() ? resignedPause : pause, () => {
      timer = null;
      due = true;
      wake();
    });
    pause = Math.min(pause * 2, longestPause);
  };

  const calmDown = (): void => {
    calm = null;
    pause = firstPause;
    tries = 0;
  };

  return {
    async mend(atStart) {
      const restores = due;
      due = false;
      calm?.();
      calm = null;
      if (closed || ((atStart || restores) && (await mountNow(restores)))) return;
      if (!closed && timer === null) wait();
    },
    /** A mount that stays for a while ends the back-off: the next loss is a new one. */
    rest() {
      due = false;
      failure = null;
      // Whoever brought it back, the next loss has a pause of its own, not what is left of ten minutes.
      timer?.();
      timer = null;
      if (calm !== null || (pause === firstPause && tries === 0) || closed) return;
      calm = clock.after(longestPause, calmDown, 'idle');
    },
    missing: (subject) => (isMending() ? null : { code: 'main-missing', subject, failure, tries }),
    close() {
      closed = true;
      for (const cancel of [timer, calm]) cancel?.();
    },
  };
}
