import { type Config, runDirectory } from '../core/config.ts';
import { useHostPlaces } from '../host/bottlerocket.ts';

/**
 * Takes the store and the run directory from the host, where a container of Bottlerocket has them below another name:
 * before anything looks at them, so that all commands of one container and its daemon mean the same. Says what failed.
 */
export function settleHostPlaces(config: Config): Promise<readonly string[]> {
  return useHostPlaces({ store: config.interpreters.store, run: runDirectory(config) });
}
