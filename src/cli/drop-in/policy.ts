import type { Config } from '../../core/config/config.ts';
import type { Machine } from '../../host/machine.ts';
import type { OncePolicy } from '../../keeper/once/policy.ts';
import { readReport } from '../commands/one-shot.ts';

/** How a line in the spelling of an older tool works on an instance. */
export async function policyOf(
  machine: Machine,
  config: Config,
  { owns, registers }: { readonly owns: boolean; readonly registers: boolean },
): Promise<OncePolicy> {
  return {
    owns,
    mounts: registers ? 'all' : 'main',
    // A keeper that cannot be asked goes on under names of its own: then we do as other tools do.
    lock: 'beside',
    patience: { tries: registers && (await keeperRuns(machine, config)) ? 1 : waitMs / pauseMs, pauseMs },
    lasting: registers ? { persist: false } : null,
  };
}

/** A keeper that runs does not give the lock back soon, as another one-shot does. */
async function keeperRuns(machine: Machine, config: Config): Promise<boolean> {
  const pid = (await readReport(machine, config))?.daemon?.pid;
  return pid !== undefined && machine.isAlive(pid);
}

const waitMs = 3000;
const pauseMs = 50;
