import type { Config } from '../../core/config/config.ts';
import { type HttpAddress, readHttpAddress } from '../../core/config/http-address.ts';
import type { Logger } from '../../core/logger.ts';
import { merged } from '../../core/merged.ts';
import { missingPart } from '../../core/missing-part.ts';
import type { Report } from '../../core/report/report.ts';
import { type HttpAnswer, textAnswer } from '../../core/wire/http-answer.ts';
import type { Progress } from '../../core/wire/http-checks.ts';
import { httpPolicy } from '../../core/wire/http-policy.ts';
import type { HttpListening } from '../../host/net/facet.ts';
import type { HttpFollowed } from '../../host/net/http-connection.ts';
import { createAddressProblems } from './address-problems.ts';
import { createDoor } from './door.ts';
import { createEvents } from './events.ts';
import { serveHttp } from './serve.ts';
import { createViews } from './views.ts';

/** What the server is made from. */
export interface HttpParts {
  readonly machine: HttpListening;
  readonly logger: Logger;
  readonly progress: () => Progress;
  readonly report: () => Report | null;
  readonly refresh: () => Promise<void>;
  /** Raises a problem about an address, or takes it back. */
  readonly problem: (
    code: 'http-unavailable' | 'http-taken' | 'http-exposed' | 'restart-needed',
    subject: string,
    detail: string | null,
  ) => void;
  readonly retryMs?: number;
}

/** The daemon's HTTP: probes, metrics, status and page, all of them views of the report. */
export interface Http {
  /** From now on this configuration holds; takes effect with the next `mend`. */
  use(config: Config['http']): void;
  /** Listens where it does not and should, and moves where the configuration says so. */
  mend(): Promise<void>;
  /** Where it answers and whether there is a page, null where it does not; the log tells of later addresses by itself. */
  told(): { readonly at: string; readonly page: boolean } | null;
  /** Something in the report may be different now. */
  changed(): void;
  /** Ends every connection, at once. */
  close(): Promise<void>;
}

/** The address may belong to a pod or an interface that is not there yet, the port to a keeper that is about to end. */
const retry = 5000;

/** An HTTP server that does not listen yet. */
export function createHttp(parts: HttpParts, first: Config['http']): Http {
  const { machine, logger } = parts;
  const views = createViews(parts.report, parts.refresh);
  const events = createEvents(() => views.text('live'));
  const serving = { views, events, progress: parts.progress };
  const problems = createAddressProblems(parts.problem);
  let wish = first;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  let isTold = false;

  const door = createDoor({
    machine,
    serve: (request, address) =>
      answerWhatever(parts, () => serveHttp(request, httpPolicy(address, wish.ui), serving)),
    // At the start it is told together with whether all is ready.
    opened: (at) => logger[isTold ? 'info' : 'debug']({ event: 'http', http: at }, `answering HTTP at ${at}`),
    dismiss: events.close,
  });

  const mend = merged(async () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const wanted = wish;
    const address = closed ? null : addressOf(wanted);
    const fault = await door.move(wanted, address);
    if (closed) return;
    problems.say(wish, address, fault);
    if (fault !== null) timer = setTimeout(() => void mend(), parts.retryMs ?? retry).unref();
  });

  return {
    use(config) {
      wish = config;
    },
    mend,
    told() {
      isTold = true;
      const open = door.open();
      const address = open === null ? null : addressOf(open.as);
      if (open === null || address === null) return null;
      return { at: open.listener.at, page: address.kind === 'tcp' && httpPolicy(address, wish.ui).ui };
    },
    changed() {
      views.changed();
      events.changed();
    },
    async close() {
      closed = true;
      await mend();
    },
  };
}

/** Whoever asks gets an answer, whatever fails. */
async function answerWhatever(
  { logger, problem }: HttpParts,
  work: () => Promise<HttpAnswer | HttpFollowed>,
): Promise<HttpAnswer | HttpFollowed> {
  try {
    return await work();
  } catch (error) {
    const why = missingPart(error);
    if (why === null) logger.error({ err: error }, 'an answer by HTTP failed');
    else problem('restart-needed', 'program', why);
    return textAnswer(why === null ? 500 : 503, why ?? 'internal error');
  }
}

function addressOf({ listen }: Config['http']): HttpAddress | null {
  const read = readHttpAddress(listen);
  return read.ok ? read.address : null;
}
