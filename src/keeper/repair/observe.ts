import { type Entry, parseEntry } from '../../core/kernel/entry.ts';
import { sameEntry } from '../../core/plan/memory.ts';
import type { Observed } from '../../core/plan/observed.ts';
import type { Instance, RawEntry } from '../../host/instance/instance.ts';

/** Looks at an instance; `deep` reads every entry again, whatever is known of it. */
export type Observer = (instance: Instance, deep: boolean) => Observed;

/** Which entries matter, and how many new ones are read in one look. */
export interface Attention {
  readonly concerns: (entry: Entry) => boolean;
  /** Names that are always read. */
  readonly ours: (name: string) => boolean;
  /** A thousand new entries at once would let the loop stand still for 50 ms. */
  readonly most: number;
}

/**
 * Observes status and those entries, in search order, that `concerns` us; it is asked once for each registration.
 * A registration made since the last look stands at the head of the list, so everything behind the first entry that
 * is still the same one is older than that look: what does not concern us there is left unread, which is nearly all
 * of the cost with many foreign entries. The order of the directory is a habit of the kernel and no promise, and
 * others write while we read: hence `deep` now and then.
 */
export function createObserver({ concerns, ours, most }: Attention): Observer {
  let known = new Map<string, Known>();
  return (instance, deep) => {
    const next = new Map<string, Known>();
    const entries: Entry[] = [];
    const all: Entry[] = [];
    let older = false;
    let left = most;
    const names = instance.names();
    for (const name of names) {
      const old = known.get(name);
      if (old === undefined && !ours(name)) {
        left -= 1;
        if (left < 0) continue;
      }
      const one: Known | null =
        old !== undefined && older && !old.concerning && !deep ? old : look(instance, name, old);
      if (one === null) continue;
      older ||= one === old || (old !== undefined && isSame(old.raw, one.raw));
      next.set(name, one);
      all.push(one.entry);
      if (one.concerning) entries.push(one.entry);
    }
    known = next;
    return { enabled: instance.enabled(), entries, all, total: names.length, unfinished: left < 0 };
  };

  /** Texts seen before are not parsed again. */
  function look(instance: Instance, name: string, old: Known | undefined): Known | null {
    const raw = instance.read(name);
    if (raw === null) return null;
    if (old !== undefined && isSame(old.raw, raw)) {
      if (old.raw.text === raw.text) return old;
      return { raw, entry: toEntry(name, raw), concerning: old.concerning };
    }
    const entry = toEntry(name, raw);
    return { raw, entry, concerning: concerns(entry) };
  }
}

/** An entry as data; one that cannot be read as an entry is kept as a foreign thing that matches nothing. */
export function toEntry(name: string, raw: RawEntry): Entry {
  const text = parseEntry(raw.text);
  if (text !== null) return { ...text, name, id: raw.id };
  return { name, id: raw.id, enabled: false, interpreter: '', flags: '', matcher: null, unknown: [raw.text] };
}

interface Known {
  readonly raw: RawEntry;
  readonly entry: Entry;
  readonly concerning: boolean;
}

function isSame(a: RawEntry, b: RawEntry): boolean {
  return sameEntry(a.id, b.id);
}
