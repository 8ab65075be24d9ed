/** Counts connections, and says when they are too many to be from witnesses. */
export interface FloodGate {
  /** Counts one more; whether it is to be refused. */
  floods(): boolean;
  /** Nobody is to be let in for now. */
  isShut(): boolean;
}

/** So many connections within a second are no witnesses: the door is shut for a while, which costs us nothing. */
const mostASecond = 50;
const shutMs = 5000;

/** An open gate; `shutting` is called each time that it shuts, with both limits. */
export function createFloodGate(shutting: (mostASecond: number, shutMs: number) => void): FloodGate {
  let shutUntil = 0;
  let counted = { since: 0, count: 0 };
  return {
    floods() {
      const now = performance.now();
      if (now - counted.since > 1000) counted = { since: now, count: 0 };
      counted.count += 1;
      if (counted.count <= mostASecond) return false;
      if (now >= shutUntil) {
        shutUntil = now + shutMs;
        shutting(mostASecond, shutMs);
      }
      return true;
    },
    isShut: () => performance.now() < shutUntil,
  };
}
