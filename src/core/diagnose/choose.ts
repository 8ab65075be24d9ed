import type { Entry } from '../kernel/entry.ts';
import { matchesHeader } from '../kernel/match.ts';
import type { KernelState } from './facts.ts';

/** An entry that matches a file and does not get it. */
export interface Loser {
  readonly entry: Entry;
  /** Another one stands in front of it, it is disabled, or the whole instance is. */
  readonly why: 'behind' | 'disabled' | 'status-zero';
}

/** Which entry the kernel takes for a file, and which others match. */
export interface Choice {
  readonly entry: Entry | null;
  readonly losers: readonly Loser[];
}

/**
 * Chooses as the kernel does: the first enabled one, in search order, whose bytes fit the first 256 of the file or whose
 * extension is what follows the last dot of the whole path. That path is the one that was typed, and further on the one
 * that a `#!` line or an entry names.
 */
export function choose(
  { entries, enabled }: Pick<KernelState, 'entries' | 'enabled'>,
  head: Uint8Array,
  path: string,
): Choice {
  const matching = (entries ?? []).filter((e) => e.matcher !== null && matchesHeader(e.matcher, head, path));
  const chosen = enabled ? (matching.find((e) => e.enabled) ?? null) : null;
  const losers = matching
    .filter((entry) => entry !== chosen)
    .map((entry): Loser => {
      if (!entry.enabled) return { entry, why: 'disabled' };
      return { entry, why: enabled ? 'behind' : 'status-zero' };
    });
  return { entry: chosen, losers };
}
