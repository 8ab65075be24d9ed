import { isMeant, type Removal } from '../../core/drop-in/removal.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Clock } from '../../host/system/clock.ts';
import { type Removed, removeOnce } from '../../keeper/once/remove.ts';
import { here } from '../terminal/typed-command.ts';
import { ownerOf, readable, say } from './words.ts';

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
 * Removes the entries that are meant, whoever made them, and names each with its owner; those in `spare` stay. Returned
 * are sentences on those that could not be removed, or that came back at once.
 */
export async function removeEntries(
  { instance, clock }: { readonly instance: Instance; readonly clock: Clock },
  removals: readonly Removal[],
  spare: ReadonlySet<string>,
  store: string,
): Promise<readonly string[]> {
  if (removals.length === 0) return [];
  const names = instance.names();
  const meant = names.filter((name) => !spare.has(name) && isMeant(removals, name));
  const removed = await removeOnce(instance, clock, meant);
  for (const one of removed)
    if (one.kind === 'gone')
      say(`uninstalling: ${readable(one.entry.name)} OK: ${ownerOf(one.entry, store)}`);
  for (const removal of removals)
    if (!names.some((name) => isMeant([removal], name)))
      say(`uninstalling: ${removal.given}: nothing of that name is registered`);
  const others = names.filter((name) => !isMeant(removals, name) && removals.some((r) => r.fits(name)));
  if (others.length > 0) say(`not called qemu-*, hence left alone: ${others.map(readable).join(', ')}`);
  return removed.flatMap((one) => failure(one) ?? []);
}

function failure(removed: Removed): string | null {
  switch (removed.kind) {
    case 'gone':
      return null;
    case 'failed':
      return `uninstalling: ${readable(removed.name)} failed: ${removed.why}`;
    case 'came-back':
      return `uninstalling: ${readable(removed.name)} came back: somebody keeps it alive; a keeper with names: qemu- does, ask it by: ${here().command} uninstall`;
  }
}
