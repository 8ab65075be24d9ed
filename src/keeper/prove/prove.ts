import { textOf } from '../../core/kernel/bytes.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import type { Handler } from '../../core/plan/handler.ts';
import type { Probes } from '../../host/probe/facet.ts';
import type { ProbeResult, ProbeTask } from '../../host/probe/probe.ts';
import type { Situation } from '../prepare/situation.ts';
import type { View } from '../repair/viewer.ts';

/** What a proof needs. */
interface ProofParts {
  readonly machine: Provers;
  readonly situation: () => Situation;
  readonly signal?: AbortSignal;
}

type Provers = Probes;

/** How a proof is made. */
type Manner = Pick<ProbeTask, 'timeoutMs' | 'signal'>;

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
  const manner: Manner = { timeoutMs: config.probe.timeout, ...(signal === undefined ? {} : { signal }) };
  const { foreign, handler } = view;
  if (view.state === 'foreign-ok' && foreign !== null)
    return () => proveForeign(machine, handler, foreign, { ...manner, file });
  const { interpreter, registration } = handler;
  const check = config.probe.enabled ? (world.info.get(handler.key)?.check ?? null) : null;
  // Somebody's entry in front of ours would run it.
  if (check !== null && view.state === 'ok') {
    const { command, isSample, status, timeout } = check;
    const sampleOf = isSample ? registration.matcher : null;
    return () => machine.runCheck({ command, sampleOf, status, timeoutMs: timeout ?? config.probe.timeout });
  }
  if (file === null) return null;
  return () =>
    machine.runProbe({
      ...manner,
      file,
      seesArgv0: registration.flags.includes('P'),
      expected: interpreter,
      // Somebody's entry in front of ours would run it.
      sure: foreign === null,
    });
}

/** Proves an entry of somebody else by the probe of a handler that wants the same files; null where there is none. */
export async function proveForeign(
  machine: Provers,
  { registration }: Handler,
  { interpreter, flags }: Entry,
  { file, ...manner }: Manner & { readonly file: string | null },
): Promise<ProbeResult | null> {
  const { distrust, sure } = await machine.judgeForeign(interpreter, flags);
  if (distrust !== null) return { verdict: 'untrusted', detail: distrust, interpreter: null, tookMs: 0 };
  if (file === null) return null;
  const task = { ...manner, file, seesArgv0: false, expected: null, sure, asksVersion: true };
  return machine.runControlled(task, textOf(registration.interpreter));
}
