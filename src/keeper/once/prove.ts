import type { Config } from '../../core/config/config.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Probes } from '../../host/probe/facet.ts';
import type { ProbeResult } from '../../host/probe/probe.ts';
import type { Timed } from '../../host/system/facet.ts';
import type { World } from '../prepare/world.ts';
import { proofOf } from '../prove/prove.ts';
import type { LiveMemory } from '../record/memory.ts';
import type { Repair } from '../repair/repair.ts';
import type { View } from '../repair/viewer.ts';
import type { Proof } from './events.ts';

/** What it uses of the machine. */
type Host = Timed & Probes;

/** What a proof rests on. */
interface ProofParts {
  readonly machine: Host;
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
export async function proveHandler(parts: ProofParts, handler: Handler, others: boolean): Promise<Proof> {
  const { machine, config, world, repair, memory } = parts;
  const { name, flags } = handler.registration;
  const info = world.info.get(handler.key);
  const file = info?.probe ?? null;
  if (file === null) return { ok: viewOf(repair, handler)?.state === 'ok', by: 'entry', name };
  let last: ProbeResult | null = null;
  for (let left = others ? 0 : 2; left > 0; left--) {
    last = await proveOurs(parts, handler);
    if (last?.verdict === 'verified') {
      const { tookMs } = last;
      return { ok: true, by: 'ours', name, flags, version: info?.version ?? null, tookMs };
    }
    if (last?.verdict === 'wrong-interpreter') memory.mistrusted.add(handler.key);
    repair.full(machine.clock.now());
  }
  const timeoutMs = config.probe.timeout;
  const any = await machine.runProbe({ file, seesArgv0: false, expected: null, sure: false, timeoutMs });
  if (any.verdict === 'verified') return { ok: true, by: 'other', path: any.interpreter?.path ?? null };
  const { verdict, detail } = last ?? any;
  return { ok: false, by: 'probe', verdict, detail };
}

async function proveOurs(parts: ProofParts, handler: Handler): Promise<ProbeResult | null> {
  const view = viewOf(parts.repair, handler);
  const run = view === undefined ? null : proofOf({ ...parts, situation: () => parts }, view);
  return run === null ? null : run();
}

function viewOf(repair: Repair, handler: Handler): View['handlers'][number] | undefined {
  return repair.view().handlers.find((v) => v.handler === handler);
}
