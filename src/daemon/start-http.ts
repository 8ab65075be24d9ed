import type { Config } from '../core/config.ts';
import type { Progress } from '../core/http-checks.ts';
import { problemCatalogue } from '../core/problems.ts';
import type { Machine } from '../host/machine.ts';
import { createHttp, type Http } from './http.ts';
import type { Keeper } from './keeper.ts';
import type { Log } from './log.ts';

/** The HTTP server of a daemon that may have no keeper yet, because it starts or stands by. */
export function startHttp(
  { machine, log, config }: { readonly machine: Machine; readonly log: Log; readonly config: Config },
  progress: () => Progress,
  keeper: () => Keeper | null,
): Http {
  const said = new Map<string, string | null>();
  return createHttp(
    {
      machine,
      logger: log.logger,
      progress,
      report: () => keeper()?.report() ?? null,
      refresh: () => keeper()?.refresh() ?? Promise.resolve(),
      problem(code, subject, detail) {
        const active = keeper();
        if (active !== null) return active.problem(code, subject, detail);
        // Standing by: there is no list of problems yet.
        if (detail !== null && said.get(code) !== detail)
          log.logger.warn({ problem: code, subject, detail }, problemCatalogue[code].title);
        said.set(code, detail);
      },
    },
    config.http,
  );
}
