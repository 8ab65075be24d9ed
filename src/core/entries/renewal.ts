import type { Entry } from '../kernel/entry.ts';
import { overlaps } from '../kernel/match.ts';
import { faultOf, type Surroundings } from './ailment.ts';
import type { Sight } from './sight.ts';

/**
 * Why an entry is not to be registered anew with the file that lies at its path now; null where it may be. It would come to
 * stand in front of all others, of which ours alone are put back into their places.
 */
export function renewalFault(
  entry: Entry,
  sight: Sight,
  around: Surroundings,
  isOurs: (entry: Entry) => boolean,
): string | null {
  const fault = faultOf(entry, sight, around);
  if (fault !== null) return `the new file cannot serve: ${fault.detail}`;
  const at = around.entries.findIndex((one) => one.name === entry.name);
  const hidden = around.entries.slice(0, Math.max(at, 0)).find((one) => {
    if (!one.enabled || one.matcher === null || entry.matcher === null || isOurs(one)) return false;
    return overlaps(one.matcher, entry.matcher);
  });
  return hidden === undefined
    ? null
    : `it would come to stand in front of ${hidden.name}, which takes the same files`;
}
