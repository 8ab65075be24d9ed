import { calm, healed, isStorm, type Storm, wait } from '../../core/plan/storm.ts';

/** How often each handler, and `status`, was put right of late: who is lost again and again has to wait. */
export interface Pace {
  /** Milliseconds until the next attempt. */
  heldFor(subject: string | null, now: number): number;
  attempted(subject: string, now: number): void;
  healed(subject: string, now: number): void;
  /** What is lost and healed again and again; what cannot be healed is not among it. */
  storms(now: number): readonly string[];
}

/** Nothing was attempted yet. */
export function createPace(): Pace {
  /** Attempts, which are paced however they end, and those that healed. */
  const attempts = new Map<string, Storm>();
  const heals = new Map<string, Storm>();
  return {
    heldFor: (subject, now) => (subject === null ? 0 : wait(attempts.get(subject) ?? calm, now)),
    attempted: (subject, now) => note(attempts, subject, now),
    healed: (subject, now) => note(heals, subject, now),
    storms: (now) => [...heals].filter(([, s]) => isStorm(s, now)).map(([key]) => key),
  };
}

function note(storms: Map<string, Storm>, subject: string, now: number): void {
  storms.set(subject, healed(storms.get(subject) ?? calm, now));
}
