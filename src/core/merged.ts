/**
 * INVARIANTS of what `merged` makes:
 * - One run at a time; where nothing runs, a call begins one before it returns.
 * - Calls made while one runs are one more run after it, for what runs already may have read what they speak of. What
 *   they ask for is joined; a call resolves when the run that serves it has ended, and fails with that one alone.
 * - A run that failed keeps the next from nothing.
 * - Work that waits for a call of its own waits for ever.
 */

/** Makes work that is called often, and run as often as needed; `join` makes one wish of two. */
export function merged<Asked = void>(
  work: (asked: Asked) => Promise<void>,
  join: (before: Asked, now: Asked) => Asked = (_, now) => now,
): (asked: Asked) => Promise<void> {
  let running: Promise<void> | null = null;
  let next: { asked: Asked; readonly run: Promise<void> } | null = null;

  const start = (asked: Asked): Promise<void> => {
    const run = (async () => work(asked))();
    running = run;
    // With another one due it stays taken: a call between the two would begin a second run beside it.
    const over = (): void => {
      if (next === null) running = null;
    };
    run.then(over, over);
    return run;
  };

  const follow = (run: Promise<void>): Promise<void> =>
    run
      .catch(() => {})
      .then(() => {
        const due = next;
        next = null;
        return due === null ? undefined : start(due.asked);
      });

  return (asked) => {
    if (running === null) return start(asked);
    if (next === null) next = { asked, run: follow(running) };
    else next.asked = join(next.asked, asked);
    return next.run;
  };
}
