/**
 * Runs work one at a time; calls made while it runs are merged into one more run after it, for what runs already may
 * have read what the call speaks of. Resolves when the run that the call asked for has ended.
 */
export function merged(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (running === null) return start();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
}
