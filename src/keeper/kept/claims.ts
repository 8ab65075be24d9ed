import type { Desired } from '../../core/plan/desired.ts';

/** Knows under which names somebody else's configuration on this host registers something. */
export interface Claims {
  /** The names as they were read after a moment; null while they are read, of which `found` tells. */
  since(moment: number, now: number, desired: Desired): ReadonlySet<string> | null;
  /** Those that were read last. */
  known(): ReadonlySet<string>;
}

/** How they are read, and who hears that they were. */
export interface ClaimParts {
  readonly readClaims: (desired: Desired) => Promise<ReadonlySet<string>>;
  readonly found: () => void;
}

/** What was read counts for so long where no entry changed meanwhile, milliseconds. */
const freshMs = 300_000;

/** Has read nothing yet: it is read when an alias is to be registered, so that a start does not wait for it. */
export function createClaims({ readClaims, found }: ClaimParts): Claims {
  let names: ReadonlySet<string> = new Set();
  let at = Number.NEGATIVE_INFINITY;
  let reading = false;

  const read = async (now: number, desired: Desired): Promise<void> => {
    try {
      names = await readClaims(desired);
      at = now;
      reading = false;
      found();
    } catch {
      // The next look tries again.
      reading = false;
    }
  };

  return {
    since(moment, now, desired) {
      if (at >= moment && now - at < freshMs) return names;
      if (!reading) {
        reading = true;
        void read(now, desired);
      }
      return null;
    },
    known: () => names,
  };
}
