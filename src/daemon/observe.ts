import { type Entry, parseEntry } from '../core/entry.ts';
import type { Observed } from '../core/observed.ts';
import type { Instance, RawEntry } from '../host/instance.ts';

/** Reads a whole instance: status and every entry in search order. Texts seen before are not parsed again. */
export function createObserver(): (instance: Instance) => Observed {
  let known = new Map<string, { raw: RawEntry; entry: Entry }>();
  return (instance) => {
    const next = new Map<string, { raw: RawEntry; entry: Entry }>();
    const entries: Entry[] = [];
    for (const name of instance.names()) {
      const raw = instance.read(name);
      if (raw === null) continue;
      const old = known.get(name);
      const entry = old !== undefined && sameRaw(old.raw, raw) ? old.entry : toEntry(name, raw);
      next.set(name, { raw, entry });
      entries.push(entry);
    }
    known = next;
    return { enabled: instance.enabled(), entries };
  };
}

/** An entry as data; one that cannot be read as an entry is kept as a foreign thing that matches nothing. */
export function toEntry(name: string, raw: RawEntry): Entry {
  const text = parseEntry(raw.text);
  if (text !== null) return { ...text, name, id: raw.id };
  return { name, id: raw.id, enabled: false, interpreter: '', flags: '', matcher: null, unknown: [raw.text] };
}

function sameRaw(a: RawEntry, b: RawEntry): boolean {
  return a.id.ino === b.id.ino && a.id.ctimeMs === b.id.ctimeMs && a.text === b.text;
}
