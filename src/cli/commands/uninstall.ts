import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import type { MountView } from '../../host/mounts/mounts.ts';
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
  const answered = await viaDaemon(context, config, { type: 'uninstall', targets });
  if (answered !== null) return answered;
  const machine = await createMachine();
  const before = await machine.observeMounts(config.mounts);
  const code = await oneShot(
    context,
    config,
    { does: 'remove', obtain: createLookUp, passive: true },
    async ({ keeper }) => {
      const { removed, failed } = keeper.remove(targets);
      context.out(render({ removed, failed }, context.format, () => removedText(removed, failed)));
      return failed.length === 0 ? exitCodes.ok : exitCodes.failed;
    },
  );
  await takeDown(machine, config, before);
  return code;
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
