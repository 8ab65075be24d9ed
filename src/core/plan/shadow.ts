import type { Entry } from '../kernel/entry.ts';
import { matchesHeader } from '../kernel/match.ts';
import type { Handler } from './handler.ts';

/**
 * Whether an entry, where it stands in front, takes files away from a handler. Judged on the headers that the handler
 * must serve: an entry for a few special files (AppImages, one e_flags value) does not shadow a whole platform.
 */
export function takesFrom(entry: Entry, handler: Handler): boolean {
  const matcher = entry.matcher;
  if (!entry.enabled || matcher === null) return false;
  const own = handler.registration.matcher;
  if (own.kind === 'extension') return matcher.kind === 'extension' && matcher.extension === own.extension;
  return matcher.kind === 'magic' && handler.samples.some((header) => matchesHeader(matcher, header));
}

/** Who would serve a handler's files if only some entries were there. */
export interface Coverage {
  /** For each sample that is taken at all, the first entry that takes it, in the order of the samples. */
  readonly takers: readonly Entry[];
  /** No sample is left over. */
  readonly whole: boolean;
}

/** Tells how far entries (in search order) cover what a handler must serve. */
export function coverage(handler: Handler, entries: readonly Entry[]): Coverage {
  const relevant = entries.filter((e) => takesFrom(e, handler));
  if (handler.registration.matcher.kind === 'extension' || relevant.length === 0) {
    return { takers: relevant.slice(0, 1), whole: relevant.length > 0 };
  }
  const takers = handler.samples.flatMap((header) => {
    const taker = relevant.find((e) => e.matcher !== null && matchesHeader(e.matcher, header));
    return taker ?? [];
  });
  return { takers, whole: takers.length === handler.samples.length };
}
