import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { merged } from '../../core/merged.ts';
import { judgeLasting } from '../../core/report/lasting.ts';
import type { Holders } from '../../host/mounts/facet.ts';
import type { HoldersBefore } from '../../host/mounts/holders.ts';
import type { Namespaces } from '../../host/system/facet.ts';

/** What it uses of the machine. */
type Host = Holders & Namespaces;

/** Who held the instance before a daemon mounted anything; null where its mounts do not end with it. */
export type Before = HoldersBefore | null;

/** Looks for them. */
export async function lookBefore(machine: Host, config: Config, owns: boolean): Promise<Before> {
  if (machine.inSandbox() || !machine.mountsEndWithUs()) return null;
  return machine.holdersBefore(config.mounts, owns || machine.initialUserNamespace(), false);
}

/**
 * Finds out whether the entries outlive a daemon whose mounts end with it, and tells why not; `late`: another keeper
 * had the instance before, so that who held it then may have ended with that one.
 */
export function createOutlook(
  machine: Host,
  { mounts }: Pick<Config, 'mounts'>,
  before: Before,
  late: boolean,
  tell: (why: string | null) => void,
): () => void {
  if (before === null) return () => {};
  const known: HoldersBefore = late ? { ...before, created: 'first' } : before;
  const look = merged(async () => {
    const facts = await machine.lastingFacts(known, mounts);
    // Who may mount nothing is told so anyway.
    if (!facts.anchor.mounted) return tell(null);
    const lasting = judgeLasting(facts, { persist: false, runDirectory: runDirectory({ mounts }) });
    tell(lasting.lasts ? null : lasting.why);
  });
  return () => void look().catch(() => {});
}
