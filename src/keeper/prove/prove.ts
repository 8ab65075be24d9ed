import type { Entry } from '../../core/kernel/entry.ts';
import type { Machine } from '../../host/machine.ts';
import type { ProbeResult } from '../../host/probe/probe.ts';
import type { Situation } from '../prepare/situation.ts';
import type { View } from '../repair/repair.ts';

/** What a proof needs. */
interface ProofParts {
  readonly machine: Machine;
  readonly situation: () => Situation;
  readonly signal: AbortSignal;
}

/**
 * How to prove what serves a handler's files now; null where nothing can be proved. Of somebody else's entry it comes
 * first whose file it runs, whether that can be tried or not.
 */
export function proofOf(
  { machine, situation, signal }: ProofParts,
  view: View['handlers'][number],
): (() => Promise<ProbeResult | null>) | null {
  const { config, world } = situation();
  const file = config.probe.enabled ? (world.info.get(view.handler.key)?.probe ?? null) : null;
  const common = { timeoutMs: config.probe.timeout, signal };
  const { foreign } = view;

  const proveForeign = async ({ interpreter, flags }: Entry): Promise<ProbeResult | null> => {
    const { distrust, sure } = await machine.judgeForeign(interpreter, flags);
    if (distrust !== null) return { verdict: 'untrusted', detail: distrust, interpreter: null, tookMs: 0 };
    if (file === null) return null;
    const task = { ...common, file, seesArgv0: false, expected: null, sure, asksVersion: true };
    return machine.runControlled(
      task,
      Buffer.from(view.handler.registration.interpreter, 'latin1').toString(),
    );
  };

  if (view.state === 'foreign-ok' && foreign !== null) return () => proveForeign(foreign);
  if (file === null) return null;
  const { interpreter, registration } = view.handler;
  return () =>
    machine.runProbe({
      ...common,
      file,
      seesArgv0: registration.flags.includes('P'),
      expected: interpreter,
      // Somebody's entry in front of ours would run it.
      sure: foreign === null,
    });
}
