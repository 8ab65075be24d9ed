import type { Entry } from '../kernel/entry.ts';
import { isLastResort } from '../kernel/last-resort.ts';
import { type Sampled, takenBy } from './matches.ts';

/** The platforms that each entry serves: it is the first, in search order, that takes one of their headers. */
export function servedBy(entries: readonly Entry[]): ReadonlyMap<Entry, readonly Sampled[]> {
  const gone = new Set<Uint8Array>();
  const serves = new Map<Entry, readonly Sampled[]>();
  for (const entry of entries) {
    if (!entry.enabled || isLastResort(entry)) continue;
    const served: Sampled[] = [];
    for (const [platform, headers] of takenBy(entry.matcher)) {
      const left = [...headers].filter((header) => !gone.has(header));
      if (left.length === 0) continue;
      for (const header of left) gone.add(header);
      served.push(platform);
    }
    if (served.length > 0) serves.set(entry, served);
  }
  return serves;
}
