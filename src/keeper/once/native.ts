import type { Handler } from '../../core/plan/handler.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Canaries } from '../../host/probe/facet.ts';
import { createCanaryWatch } from '../prove/canary.ts';
import { findBricks } from '../prove/find-bricks.ts';
import type { LiveMemory } from '../record/memory.ts';
import type { OnceFailure } from './events.ts';

/** Where handlers were registered just now. */
interface Place {
  readonly machine: Canaries;
  readonly instance: Instance;
  readonly memory: LiveMemory;
}

/** Runs native programs beside what was registered; what they do not run with is out again, and a failure. */
export async function tryNative(
  { machine, instance, memory }: Place,
  fresh: readonly Handler[],
): Promise<{ readonly out: ReadonlySet<Handler>; readonly failures: readonly OnceFailure[] }> {
  const canaries = createCanaryWatch(machine, instance, memory, []);
  const found = await findBricks(fresh, {
    trial: canaries.trial,
    current: () => true,
    out(suspects) {
      for (const h of suspects) canaries.takeBack(h, null);
    },
    back(suspects) {
      for (const h of suspects) canaries.putBack(h);
    },
  });
  if (found === null) return { out: new Set(), failures: [] };
  const { bad, unknown, left, why } = found;
  const failures = [
    ...bad.map((one) => failure('canary-failed', one.handler, one.why)),
    ...unknown.map((handler) => failure('canary-undecided', handler, why)),
  ];
  return { out: new Set([...bad.map((one) => one.handler), ...left]), failures };
}

function failure(
  code: 'canary-failed' | 'canary-undecided',
  { registration }: Handler,
  detail: string,
): OnceFailure {
  return { kind: 'taken-back', problem: { code, subject: registration.name, detail } };
}
