/**
 * INVARIANTS of a queue made by `inTurn`:
 * - One piece of work at a time, in the order of the calls; each begins when the one before has settled, and never
 *   within the call itself.
 * - Nothing is dropped and nothing merged: each call is one run.
 * - A failure is that of its caller alone: whatever comes next begins all the same.
 * - Work that waits for another turn of its own queue waits for ever.
 */

/** Makes a queue for work that must run one at a time; the call yields what its own work yields. */
export function inTurn(): <T>(work: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
