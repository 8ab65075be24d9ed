import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import {
  afterLastProof,
  holderWithoutAnchor,
  judgeLasting,
  type Lasting,
  type LastProof,
} from '../../core/report/lasting.ts';
import type { Holders, Mounts } from '../../host/mounts/facet.ts';
import type { HoldersBefore } from '../../host/mounts/holders.ts';
import type { Probes } from '../../host/probe/facet.ts';
import type { ProbeVerdict } from '../../host/probe/probe.ts';

/** What it uses of the machine. */
type Host = Mounts & Holders & Probes;

/** What is asked for, and a foreign program that ran. */
interface Wish {
  readonly persist: boolean;
  readonly proof: string | null;
}

/**
 * Says, after everything was let go, how long the entries last that were made since `before`; an anchor that was not
 * there then and that nobody needs is taken away.
 */
export async function settle(
  machine: Host,
  config: Config,
  before: HoldersBefore,
  { persist, proof }: Wish,
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
async function runAgain(machine: Host, file: string, timeoutMs: number): Promise<LastProof> {
  // It ran a moment ago, by what was trusted.
  const task = { file, seesArgv0: false, expected: null, sure: true, timeoutMs };
  const { verdict, detail } = await machine.runProbe(task);
  return { ran: verdict === 'verified' ? true : saysNothing.has(verdict) ? null : false, detail };
}

/** It began, or was never tried; whether by our entry cannot be said. */
const saysNothing: ReadonlySet<ProbeVerdict> = new Set(['undecided', 'killed', 'hung', 'untrusted']);
