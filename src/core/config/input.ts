import { formatDuration } from '../text/duration.ts';
import { writeOwnHandler } from './own-handler.ts';
import type { Config } from './schema.ts';

/** A configuration as its file would write it, every key given: `parseConfig` reads it back as the same one. */
export function configInput(config: Config): Readonly<Record<string, unknown>> {
  return {
    ...config,
    handlers: config.handlers.map(writeOwnHandler),
    resync: formatDuration(config.resync),
    readiness: { ...config.readiness, witnessAge: formatDuration(config.readiness.witnessAge) },
    probe: {
      ...config.probe,
      interval: formatDuration(config.probe.interval),
      timeout: formatDuration(config.probe.timeout),
    },
  };
}
