import type { Entry, EntryId } from '../../core/kernel/entry.ts';

/** Knows since when nobody but us has touched any of some names: who registers one of them is about to register more. */
export interface Quiet {
  /** Takes note of what lies under the names now; returns when others changed something there last. */
  note(names: readonly string[], entries: ReadonlyMap<string, Entry>, now: number): number;
  /** What lies under a name now is our own doing. */
  ours(name: string, id: EntryId | null): void;
}

/** Has seen nothing: the first sight of a name counts as a change. */
export function createQuiet(): Quiet {
  const seen = new Map<string, string>();
  let changedAt = Number.NEGATIVE_INFINITY;
  return {
    note(names, entries, now) {
      for (const name of names) {
        const entry = entries.get(name);
        const what = signature(entry?.id ?? null, entry?.enabled ?? false);
        if (seen.get(name) === what) continue;
        seen.set(name, what);
        changedAt = now;
      }
      return changedAt;
    },
    ours: (name, id) => void seen.set(name, signature(id, id !== null)),
  };
}

function signature(id: EntryId | null, enabled: boolean): string {
  return id === null ? '' : `${id.dev}:${id.ino} ${enabled}`;
}
