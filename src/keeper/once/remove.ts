import type { Entry } from '../../core/kernel/entry.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Clock } from '../../host/system/clock.ts';
import { toEntry } from '../repair/observe.ts';

/** What became of an entry that was to go; `came-back`: somebody keeps it alive. */
export type Removed =
  | { readonly kind: 'gone'; readonly entry: Entry }
  | { readonly kind: 'failed'; readonly name: string; readonly why: string }
  | { readonly kind: 'came-back'; readonly name: string };

/** Removes the entries of these names, whoever made them; what is gone already is not spoken of. */
export async function removeOnce(
  instance: Instance,
  clock: Clock,
  names: readonly string[],
): Promise<readonly Removed[]> {
  const removed = names.flatMap((name) => remove(instance, name) ?? []);
  const gone = removed.flatMap((one) => (one.kind === 'gone' ? one.entry.name : []));
  if (gone.length > 0) await clock.sleep(settleMs);
  const back = gone.filter((name) => instance.read(name) !== null);
  return [...removed, ...back.map((name): Removed => ({ kind: 'came-back', name }))];
}

/** Whoever heals an entry does it within a millisecond. */
const settleMs = 50;

/** null where it is gone already. What was read is what is removed: a successor of that name is looked at anew. */
function remove(instance: Instance, name: string): Removed | null {
  for (let left = 5; ; left--) {
    const raw = instance.read(name);
    if (raw === null) return null;
    const outcome = instance.change(name, '-1', raw.id);
    if (outcome.ok) return { kind: 'gone', entry: toEntry(name, raw) };
    if (outcome.code === 'ENOENT') return null;
    if (outcome.code !== 'ESTALE' || left === 0) return { kind: 'failed', name, why: outcome.message };
  }
}
