import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import {
  afterLastProof,
  holderWithoutAnchor,
  judgeLasting,
  type Lasting,
  type LastProof,
} from '../../core/report/lasting.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import type { HoldersBefore } from '../../host/mounts/holders.ts';
import type { ProbeVerdict } from '../../host/probe/probe.ts';
import type { Context } from '../terminal/context.ts';
import { type Held, oneShot } from './one-shot.ts';

/** What a one-shot found out, and a foreign program that ran under it: it has to run again after letting go. */
interface Shot<T> {
  readonly result: T;
  readonly proof: string | null;
}

/**
 * A one-shot whose entries are to outlive it: looks first who else holds the instance, does the work, lets everything
 * go, and only then says how long the entries last. Where another holder keeps them, an anchor that we mounted is
 * taken away again unless `persist` asks for it.
 */
export async function lastingShot<T>(
  context: Context,
  config: Config,
  wish: { readonly persist: boolean },
  work: (held: Held) => Promise<Shot<T>>,
  finish: (result: T, lasting: Lasting) => ExitCode,
): Promise<ExitCode> {
  const machine = await createMachine();
  const before = await machine.holdersBefore(config.mounts, context.owns || machine.initialUserNamespace());
  const shots: Shot<T>[] = [];
  const code = await oneShot(context, config, { changes: true }, async (held) => {
    shots.push(await work(held));
    return exitCodes.ok;
  });
  const [shot] = shots;
  if (shot === undefined) return code;
  return finish(shot.result, await settle(machine, config, before, wish.persist, shot.proof));
}

/**
 * Says, after everything was let go, how long the entries last that were made since `before`; an anchor that was not
 * there then and that nobody needs is taken away.
 */
export async function settle(
  machine: Machine,
  config: Config,
  before: HoldersBefore,
  persist: boolean,
  proof: string | null,
): Promise<Lasting> {
  const directory = runDirectory(config);
  const look = () => machine.lastingFacts(before, config.mounts);
  let facts = await look();
  if (!persist && before.anchorAbsent && facts.anchor.mounted && holderWithoutAnchor(facts) !== null) {
    // EBUSY is no failure: whoever uses it meanwhile keeps it.
    await machine.unmount(config.mounts.anchor);
    facts = await look();
  }
  const wish = { persist, runDirectory: directory };
  const lasting = judgeLasting(facts, wish);
  return proof === null
    ? lasting
    : afterLastProof(lasting, await runAgain(machine, proof, config.probe.timeout), wish);
}

/** By execution in a new process: no path to the instance is needed for that, and none can deceive it. */
async function runAgain(machine: Machine, file: string, timeoutMs: number): Promise<LastProof> {
  // It ran a moment ago, by what was trusted.
  const task = { file, seesArgv0: false, expected: null, sure: true, timeoutMs };
  const { verdict, detail } = await machine.runProbe(task);
  return { ran: verdict === 'verified' ? true : saysNothing.has(verdict) ? null : false, detail };
}

/** It began, or was never tried; whether by our entry cannot be said. */
const saysNothing: ReadonlySet<ProbeVerdict> = new Set(['undecided', 'killed', 'hung', 'untrusted']);
