import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { judgeLasting, type Lasting } from '../../core/report/lasting.ts';
import { createMachine } from '../../host/machine.ts';

/**
 * Whether the anchor of a running daemon outlives it, which is what `--persist` asks for: it is there already, so
 * nothing is to be made, only looked at.
 */
export async function daemonLasting(config: Config): Promise<Lasting> {
  const machine = await createMachine();
  const now = await machine.holdersBefore(config.mounts, false);
  const facts = await machine.lastingFacts(now, config.mounts);
  return judgeLasting(facts, { persist: true, runDirectory: runDirectory(config) });
}
