import type { Problem } from '../../core/problems.ts';
import type { Instance } from '../../host/instance/instance.ts';
import { judgeUsable, type WatchesParts } from '../kept/watches.ts';
import type { World } from '../prepare/world.ts';

/** What would keep declared entries that are not there from being registered. */
export async function foreseeKept(
  machine: Pick<WatchesParts, 'placeOf' | 'judgeForeign'>,
  { kept }: Pick<World, 'kept'>,
  instance: Pick<Instance, 'read'>,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  // One after the other: a path may hang.
  for (const { name, declared, published } of kept) {
    if (declared === null || published === true || instance.read(name) !== null) continue;
    const { good, why, untrusted } = await judgeUsable(machine, declared.registration);
    const code = untrusted === true ? 'untrusted-interpreter' : 'kept-without-interpreter';
    if (!good) problems.push({ code, subject: name, detail: `${declared.where}: ${why}` });
  }
  return problems;
}
