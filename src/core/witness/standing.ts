import type { WitnessResult } from './witness.ts';

/** What witnesses said of one handler, and what it is that they spoke of. Moments are of one clock that never jumps. */
export interface Standing {
  /** What the kernel starts for its files: the interpreter, and what is known of it. */
  readonly file: string;
  /** The registration; empty while nothing serves. */
  readonly entry: string;
  /** Since when this registration serves. */
  readonly since: number;
  readonly said: Said | null;
}

/** The last word of a witness. */
export interface Said {
  readonly verdict: 'runs' | 'native' | 'fails';
  readonly detail: string;
  /** When its probe began. */
  readonly began: number;
}

/**
 * A look at what serves now. Another interpreter is another matter, so nothing that was said holds for it. The same one
 * registered anew goes on being proven, but what failed may have failed for want of the entry.
 */
export function afterServing(
  before: Standing | undefined,
  entry: string,
  file: string,
  now: number,
): Standing {
  if (before === undefined) return { file, entry, since: now, said: null };
  if (entry === '') return { ...before, entry };
  if (before.file !== file) return { file, entry, since: now, said: null };
  if (before.entry === entry) return before;
  return { file, entry, since: now, said: before.said?.verdict === 'fails' ? null : before.said };
}

/** A result is taken where its probe began under what serves now; null where it speaks of something else, or of nothing. */
export function afterWord(before: Standing, result: WitnessResult, now: number): Standing | null {
  const { verdict, detail } = result;
  const began = now - result.ageMs;
  if (verdict === 'unknown' || before.entry === '' || began < before.since) return null;
  if (before.said !== null && began < before.said.began) return null;
  return { ...before, said: { verdict, detail, began } };
}

/** What still holds: of what serves now, and not too old. */
export function holding(standing: Standing | undefined, now: number, oldestMs: number): Said | null {
  if (standing === undefined || standing.entry === '' || standing.said === null) return null;
  return now - standing.said.began <= oldestMs ? standing.said : null;
}
