import type { KernelState } from '../../core/diagnose/facts.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { parseEntry } from '../../core/kernel/entry.ts';
import { done } from '../../core/outcome.ts';
import { openInstance } from '../instance/linux-instance.ts';
import { errnoOf } from '../system/errno.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { reach } from '../system/reach.ts';

/** What the instance says that this process's programs run by. */
export interface InstanceState extends Pick<KernelState, 'entries' | 'enabled'> {
  /** The mount point that it was read through, or why none can be. */
  readonly where: string | null;
  readonly why: string | null;
}

/** Reads the first of these places that is an instance; an automount is tried by a child before. */
export async function readInstance(places: readonly string[]): Promise<InstanceState> {
  let why: string | null = null;
  for (const where of places) {
    const reached = recentMountOf(where)?.type === 'autofs' ? await reach(textOf(where), 2000) : done;
    if (!reached.ok) {
      why ??= reached.message;
      continue;
    }
    const opened = openInstance(where, null);
    if (!opened.ok) {
      why ??= opened.message;
      continue;
    }
    const { instance } = opened;
    try {
      const entries = instance.names().flatMap((name): Entry[] => {
        const raw = instance.read(name);
        const text = raw === null ? null : parseEntry(raw.text);
        return raw === null || text === null ? [] : [{ ...text, name, id: raw.id }];
      });
      return { entries, enabled: instance.enabled(), where, why: null };
    } catch (error) {
      why = errnoOf(error);
    } finally {
      instance.close();
    }
  }
  return { entries: null, enabled: true, where: null, why };
}
