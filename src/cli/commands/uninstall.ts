import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import type { MountView } from '../../host/mounts/mounts.ts';
import { purgeFiles, removeStored, storesOf } from '../../keeper/once/purge.ts';
import { createLookUp } from '../../keeper/prepare/obtain.ts';
import { viaDaemon } from '../ask/via-daemon.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { removedText } from '../terminal/removed-text.ts';
import { oneShot } from './one-shot.ts';

/** Removes what is ours, all of it or the named targets; what others registered serves again. */
export async function uninstall(
  context: Context,
  config: Config,
  targets: readonly string[] | 'all',
): Promise<ExitCode> {
  const purge = context.flags.purge === true;
  if (purge && targets !== 'all') {
    context.err('binfmt-keeper: --purge removes everything; leave the platforms out\n');
    return exitCodes.usage;
  }
  const order = { type: 'uninstall', targets, ...(purge ? { purge } : {}) } as const;
  const answered = await viaDaemon(context, config, order);
  if (answered !== null) return answered;
  const machine = await createMachine();
  const before = await machine.observeMounts(config.mounts);
  const stores = purge ? await storesOf(machine, config) : [];
  let told: Removed = { removed: [], failed: [] };
  let worked = false;
  const code = await oneShot(
    context,
    config,
    { does: 'remove', obtain: createLookUp, passive: true },
    async ({ keeper, instance }) => {
      const own = keeper.remove(targets);
      const stored = removeStored(instance, stores);
      told = {
        removed: [...own.removed, ...stored.removed],
        failed: [...own.failed, ...stored.failed],
      };
      worked = true;
      return told.failed.length === 0 ? exitCodes.ok : exitCodes.failed;
    },
  );
  await takeDown(machine, config, before);
  if (!worked) return code;
  const purged = purge ? await purgeFiles(machine, config, stores) : undefined;
  const all = purged === undefined ? told : { ...told, purged };
  context.out(render(all, context.format, () => removedText(told.removed, told.failed, purged)));
  return (purged?.faults ?? []).length > 0 ? exitCodes.failed : code;
}

interface Removed {
  readonly removed: readonly string[];
  readonly failed: readonly string[];
}

/** Whoever comes to remove leaves no mount that was not there: what was mounted was for looking. */
async function takeDown(machine: Machine, config: Config, before: MountView): Promise<void> {
  for (const which of ['anchor', 'main'] as const) {
    if (before[which].kind !== 'absent') continue;
    const now = await machine.observeMounts(config.mounts);
    if (now[which].kind !== 'binfmt') continue;
    // EBUSY is no failure: whoever uses it meanwhile keeps it.
    await machine.unmount(config.mounts[which]);
  }
}
