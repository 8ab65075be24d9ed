/** When the mount table is read again. */
export interface MountLooks {
  /** It changed; `ours`: what lies at one of our mount points did. */
  noticed(ours: boolean): void;
  close(): void;
}

/** Reading the table takes as long as it is: of the time, a tenth at most where ours changes, else a fiftieth. */
const share = { ours: 10, others: 50 };
const leastPauseMs = { ours: 0, others: 250 };

/**
 * Reads the table at once where a mount of ours was touched, and after a pause where others mount and unmount all
 * the time: what they do concerns us only where they cover a directory above ours or remount it.
 */
export function createMountLooks(
  mend: () => Promise<void>,
  now: () => number = () => performance.now(),
): MountLooks {
  let planned: { readonly timer: NodeJS.Timeout; readonly at: number } | null = null;
  let last = { end: Number.NEGATIVE_INFINITY, tookMs: 0 };
  let running = false;
  /** What was noticed during a look, which may have come too early for it. */
  let missed: keyof typeof share | null = null;
  let closed = false;

  const look = async (): Promise<void> => {
    planned = null;
    running = true;
    const from = now();
    await mend();
    last = { end: now(), tookMs: now() - from };
    running = false;
    if (missed !== null) plan(missed);
    missed = null;
  };

  const plan = (whose: keyof typeof share): void => {
    if (closed) return;
    const at = Math.max(now(), last.end + Math.max(leastPauseMs[whose], share[whose] * last.tookMs));
    if (planned !== null && planned.at <= at) return;
    if (planned !== null) clearTimeout(planned.timer);
    planned = { timer: setTimeout(() => void look(), Math.max(0, at - now())), at };
  };

  return {
    noticed(ours) {
      if (!running) plan(ours ? 'ours' : 'others');
      else if (missed !== 'ours') missed = ours ? 'ours' : 'others';
    },
    close() {
      closed = true;
      if (planned !== null) clearTimeout(planned.timer);
    },
  };
}
