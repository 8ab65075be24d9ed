import { setTimeout as sleep } from 'node:timers/promises';
import { isMeant, type Removal } from '../../core/drop-in/removal.ts';
import type { Instance } from '../../host/instance/instance.ts';
import { toEntry } from '../../keeper/repair/observe.ts';
import { here } from '../terminal/typed-command.ts';
import { ownerOf, readable } from './words.ts';

/** What is wrong with a list before anything is removed: words that mean neither a platform nor an entry called `qemu-*`. */
export function strangeRemovals(instance: Instance, removals: readonly Removal[]): readonly string[] {
  const names = instance.names();
  return removals
    .filter((removal) => !removal.known && !names.some((name) => isMeant([removal], name)))
    .map(({ given, suggestion }) => {
      if (names.some((name) => readable(name) === given))
        return `--uninstall: ${given} is not called qemu-*, and no other entries are removed here; one of the keeper's own goes by: ${here().command} uninstall`;
      const hint = suggestion === null ? '' : `; did you mean ${suggestion}?`;
      return `--uninstall: there is no entry ${given}, and it means no platform${hint}`;
    });
}

/**
 * Removes the entries that are meant, whoever made them, and names each with its owner; those in `spare` stay. The
 * names that could not be removed, or that came back at once, are returned with the reason.
 */
export async function removeEntries(
  instance: Instance,
  removals: readonly Removal[],
  spare: ReadonlySet<string>,
  store: string,
  say: (line: string) => void,
): Promise<readonly string[]> {
  if (removals.length === 0) return [];
  const failures: string[] = [];
  const gone: string[] = [];
  const names = instance.names();
  for (const name of names) {
    if (spare.has(name) || !isMeant(removals, name)) continue;
    const removed = remove(instance, name, store);
    if (removed === null) continue;
    if (removed.ok) gone.push(name);
    else failures.push(`uninstalling: ${readable(name)} failed: ${removed.why}`);
    if (removed.ok) say(`uninstalling: ${readable(name)} OK: ${removed.why}`);
  }
  for (const removal of removals)
    if (!names.some((name) => isMeant([removal], name)))
      say(`uninstalling: ${removal.given}: nothing of that name is registered`);
  const others = names.filter((name) => !isMeant(removals, name) && removals.some((r) => r.fits(name)));
  if (others.length > 0) say(`not called qemu-*, hence left alone: ${others.map(readable).join(', ')}`);
  if (gone.length > 0) await sleep(settleMs);
  for (const name of gone)
    if (instance.read(name) !== null)
      failures.push(
        `uninstalling: ${readable(name)} came back: somebody keeps it alive; a keeper with names: qemu- does, ask it by: ${here().command} uninstall`,
      );
  return failures;
}

/** Whoever heals an entry does it within a millisecond. */
const settleMs = 50;

/** null where it is gone already. What was read is what is removed: a successor of that name is looked at anew. */
function remove(instance: Instance, name: string, store: string): { ok: boolean; why: string } | null {
  for (let left = 5; ; left--) {
    const raw = instance.read(name);
    if (raw === null) return null;
    const outcome = instance.change(name, '-1', raw.id);
    if (outcome.ok) return { ok: true, why: ownerOf(toEntry(name, raw), store) };
    if (outcome.code === 'ENOENT') return null;
    if (outcome.code !== 'ESTALE' || left === 0) return { ok: false, why: outcome.message };
  }
}
