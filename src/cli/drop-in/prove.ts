import type { Config } from '../../core/config/config.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Machine } from '../../host/machine.ts';
import type { ProbeResult } from '../../host/probe/probe.ts';
import type { World } from '../../keeper/prepare/prepare.ts';
import type { LiveMemory } from '../../keeper/record/memory.ts';
import type { Repair } from '../../keeper/repair/repair.ts';

/** What a proof rests on. */
export interface ProofParts {
  readonly machine: Machine;
  readonly config: Config;
  readonly world: World;
  readonly repair: Repair;
  readonly memory: LiveMemory;
}

/**
 * Runs a foreign program. Where another interpreter than ours ran it, our entry pins an old file or somebody stands in
 * front: it is registered anew once. A platform that runs all the same, by whomever, is what was asked for; with
 * `others` that is expected.
 */
export async function proveHandler(
  parts: ProofParts,
  handler: Handler,
  others: boolean,
): Promise<{ readonly ok: boolean; readonly why: string }> {
  const { machine, config, world, repair, memory } = parts;
  const info = world.info.get(handler.key);
  const file = info?.probe ?? null;
  const { name, flags } = handler.registration;
  if (file === null) {
    const there = repair.view().handlers.some((v) => v.handler === handler && v.state === 'ok');
    return there
      ? { ok: true, why: `${name}, registered; there is no probe that could prove it` }
      : { ok: false, why: `${name} is not as it was registered` };
  }
  const timeoutMs = config.probe.timeout;
  const seesArgv0 = flags.includes('P');
  const run = (): Promise<ProbeResult> =>
    machine.runProbe({ file, seesArgv0, expected: handler.interpreter, sure: true, timeoutMs });
  let last: ProbeResult | null = null;
  for (let left = others ? 0 : 2; left > 0; left--) {
    last = await run();
    if (last.verdict === 'verified') {
      const version = info?.version ?? null;
      const qemu = version === null ? '' : ` QEMU ${version},`;
      return { ok: true, why: `${name},${qemu} flags ${flags}, ran in ${last.tookMs.toFixed(0)} ms` };
    }
    if (last.verdict === 'wrong-interpreter') memory.mistrusted.add(handler.key);
    repair.full(performance.now());
  }
  const any = await machine.runProbe({ file, seesArgv0: false, expected: null, sure: false, timeoutMs });
  if (any.verdict === 'verified')
    return { ok: true, why: `it runs by ${any.interpreter?.path ?? 'an entry of somebody else'}` };
  const { verdict, detail } = last ?? any;
  return { ok: false, why: `${verdict}: ${detail}` };
}
