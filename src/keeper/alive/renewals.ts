import type { Ailment, Surroundings } from '../../core/entries/ailment.ts';
import { renewalFault } from '../../core/entries/renewal.ts';
import type { Sight } from '../../core/entries/sight.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { quietMs } from '../../core/plan/custody.ts';
import { identify } from '../../core/plan/memory.ts';
import type { Cancel, Clock } from '../../host/system/clock.ts';
import type { Roster } from './roster.ts';

/** Kept entries whose file was replaced, and what becomes of them. */
export interface Renewals {
  /** The version of the file with which an entry is to be registered anew now; null where it is not. */
  due(entry: Entry): string | null;
  /** A registration is to come soon, so that there is nothing to tell yet. */
  isUnderWay(entry: Entry): boolean;
  /** Whether one is due now. */
  isAnyDue(): boolean;
  /** Why it is not to come; null where nothing is in its way. */
  faultOf(entry: Entry): string | null;
  note(
    roster: Roster,
    ailments: ReadonlyMap<string, { readonly ailment: Ailment }>,
    sightOf: (entry: Entry) => Sight | undefined,
    around: Surroundings,
  ): void;
  close(): void;
}

/** So long a renewal may take before it is told that there was none. */
const patienceMs = 60_000;

interface Renewal {
  readonly version: string;
  /** When this file was seen first, by the monotonic clock. */
  readonly since: number;
  readonly fault: string | null;
}

/**
 * A file is taken once it has been the same for as long as an entry must be left alone: a package that brings it mostly has its
 * entry registered anew as well. Nobody tells of its end, so `look` looks again then.
 */
export function createRenewals(clock: Clock, look: () => void): Renewals {
  const known = new Map<string, Renewal>();
  let cancel: Cancel = () => {};
  const isQuiet = ({ since }: Renewal): boolean => clock.now() - since >= quietMs;
  return {
    due(entry) {
      const renewal = known.get(identify(entry));
      return renewal !== undefined && renewal.fault === null && isQuiet(renewal) ? renewal.version : null;
    },
    isUnderWay(entry) {
      const renewal = known.get(identify(entry));
      return renewal !== undefined && renewal.fault === null && clock.now() - renewal.since < patienceMs;
    },
    isAnyDue: () => [...known.values()].some((one) => one.fault === null && isQuiet(one)),
    faultOf: (entry) => known.get(identify(entry))?.fault ?? null,
    note({ watched, isOurs }, ailments, sightOf, around) {
      const before = new Map(known);
      known.clear();
      for (const { entry, kept } of watched) {
        if (entry === null || !kept) continue;
        const sight = sightOf(entry);
        const stale = ailments.get(identify(entry))?.ailment.code === 'stale-interpreter';
        if (!stale || sight?.kind !== 'file') continue;
        const last = before.get(identify(entry));
        const since = last?.version === sight.version ? last.since : clock.now();
        const fault = renewalFault(entry, sight, around, isOurs);
        known.set(identify(entry), { version: sight.version, since, fault });
      }
      cancel();
      const waits = [...known.values()].filter((one) => one.fault === null && !isQuiet(one));
      if (waits.length > 0) cancel = clock.after(quietMs, look, 'idle');
    },
    close: () => cancel(),
  };
}
