import { basename, join } from 'node:path';
import type { Config, ParsedConfig } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { hostPlaces, useHostPlaces } from '../../host/mounts/bottlerocket.ts';
import { underHostPath } from '../../host/mounts/host-path.ts';
import type { Flags } from './flag-faults.ts';
import { loadConfig } from './load-config.ts';

/**
 * The configuration with store and run directory as the host knows them: taken from the host in a container of
 * Bottlerocket, under the host's path in a volume that has another name here. Before anything looks at them, so that all
 * commands of one container and its daemon mean the same. `told` hears of what failed.
 */
export async function loadPlaced(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  told: (fault: string) => void = () => {},
): Promise<ParsedConfig> {
  const parsed = await loadConfig(flags, env);
  if (!parsed.ok) return parsed;
  const { interpreters } = parsed.config;
  for (const fault of await useHostPlaces({ store: interpreters.store, run: runDirectory(parsed.config) }))
    told(fault);
  const store = await underHostPath(interpreters.store);
  const config: Config =
    store === null ? parsed.config : { ...parsed.config, interpreters: { ...interpreters, store } };
  return { ...parsed, config };
}

/**
 * The same for a command that only looks: it mounts and makes nothing, and finds the host's places where they are in
 * sight. What entries call them is told by `hostNameOf`.
 */
export async function loadLooking(flags: Flags, env: NodeJS.ProcessEnv): Promise<ParsedConfig> {
  return inSight(await loadConfig(flags, env));
}

/** A configuration that was read, with the host's places where they are in sight. */
export function inSight(parsed: ParsedConfig): ParsedConfig {
  if (!parsed.ok) return parsed;
  const { interpreters, mounts } = parsed.config;
  const { store, run } = hostPlaces({ store: interpreters.store, run: runDirectory(parsed.config) });
  const anchor = join(run, basename(mounts.anchor));
  const config = {
    ...parsed.config,
    interpreters: { ...interpreters, store },
    mounts: { ...mounts, anchor },
  };
  return { ...parsed, config };
}
