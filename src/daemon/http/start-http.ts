import type { Config } from '../../core/config/config.ts';
import { problemCatalogue } from '../../core/problems.ts';
import { problemWords } from '../../core/report/log-words.ts';
import { remedyOf } from '../../core/report/remedy.ts';
import type { Here } from '../../core/text/typed.ts';
import type { Progress } from '../../core/wire/http-checks.ts';
import type { HttpListening } from '../../host/net/facet.ts';
import type { Keeper } from '../../keeper/keeper.ts';
import type { Log } from '../log/log.ts';
import { createHttp, type Http } from './http.ts';

/** What the server is started with. */
interface Around {
  readonly machine: HttpListening;
  readonly log: Log;
  readonly config: Config;
  readonly here?: Here;
}

/** The HTTP server of a daemon that may have no keeper yet, because it starts or stands by. */
export function startHttp(
  { machine, log, config, here }: Around,
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
          log.logger.warn(
            {
              event: 'problem',
              problem: code,
              subject,
              detail,
              remedy: remedyOf({ code, subject, detail }, here),
            },
            problemWords(problemCatalogue[code].title, subject, detail),
          );
        said.set(code, detail);
      },
    },
    config.http,
  );
}
