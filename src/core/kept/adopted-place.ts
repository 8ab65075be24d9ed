import type { Entry } from '../kernel/entry.ts';
import { type Adopted, registrationOf, sameRegistration } from '../plan/custody.ts';
import type { Handler } from '../plan/handler.ts';
import { takesFrom } from '../plan/shadow.ts';

/** A handler of ours and its entry, where there is one. */
export interface Placed {
  readonly handler: Handler;
  readonly entry: Entry | null;
}

/**
 * The handlers that an adopted entry stands behind, given all entries in search order, and those it ever stood behind:
 * the kernel will put it in front of all when it comes back. Where ours once stood in front they stay there, whoever
 * registers the other one again.
 */
export function standsBehind(
  name: string,
  known: Adopted,
  entries: readonly Entry[],
  handlers: readonly Placed[],
): Adopted['behind'] {
  const at = entries.findIndex((e) => e.name === name);
  const entry = entries[at];
  const seen = entry && registrationOf(name, entry);
  if (!entry || !seen || !sameRegistration(seen, known.registration)) return known.behind;
  const inFront = new Set(entries.slice(0, at));
  const behind = handlers.filter(
    (h) => h.entry !== null && inFront.has(h.entry) && takesFrom({ ...entry, enabled: true }, h.handler),
  );
  return new Set([...known.behind, ...behind.map((h) => h.handler.key)]);
}
