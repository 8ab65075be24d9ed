import type { Entry } from './entry.ts';
import type { Handler } from './handler.ts';
import { matchesHeader } from './match.ts';

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
