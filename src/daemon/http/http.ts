import type { Config } from '../../core/config/config.ts';
import { type HttpAddress, readHttpAddress } from '../../core/config/http-address.ts';
import type { Logger } from '../../core/logger.ts';
import { missingPart } from '../../core/missing-part.ts';
import type { Report } from '../../core/report/report.ts';
import { type HttpAnswer, type HttpRequest, textAnswer } from '../../core/wire/http-answer.ts';
import type { Progress } from '../../core/wire/http-checks.ts';
import { httpPolicy } from '../../core/wire/http-policy.ts';
import type { Machine } from '../../host/machine.ts';
import type { HttpFollowed } from '../../host/net/http-connection.ts';
import type { HttpListener } from '../../host/net/http-server.ts';
import { merged } from '../loop/merged.ts';
import { createEvents } from './events.ts';
import { serveHttp } from './serve.ts';
import { createViews } from './views.ts';

/** What the server is made from. */
export interface HttpParts {
  readonly machine: Pick<Machine, 'listenHttp'>;
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

/** Why it does not listen. */
interface Fault {
  readonly code: 'http-unavailable' | 'http-taken';
  readonly why: string;
}

/** Which problem stands, about which address. */
type Told = Pick<Fault, 'code'> & { readonly listen: string };

/** The address may belong to a pod or an interface that is not there yet, the port to a keeper that is about to end. */
const retry = 5000;

/** An HTTP server that does not listen yet. */
export function createHttp(parts: HttpParts, first: Config['http']): Http {
  const { machine, logger } = parts;
  const views = createViews(parts.report, parts.refresh);
  const events = createEvents(() => views.text('live'));
  const serving = { views, events, progress: parts.progress };
  let wish = first;
  let open: { readonly listener: HttpListener; readonly as: Config['http'] } | null = null;
  let told: Told | null = null;
  let exposed: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  let isTold = false;

  const mend = merged(async () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const wanted = wish;
    const address = closed ? null : addressOf(wanted);
    await keep(wanted, address);
    const fault = open === null && address !== null ? await listen(wanted, address) : null;
    say(address, fault);
    if (fault !== null && !closed) timer = setTimeout(() => void mend(), parts.retryMs ?? retry).unref();
  });

  /** Closes what is open, unless it is what is wanted. */
  const keep = async (wanted: Config['http'], address: HttpAddress | null): Promise<void> => {
    if (open === null) return;
    const { listener, as } = open;
    if (address !== null && sameDoor(as, wanted) && (await listener.inPlace())) {
      if (as.ui !== wanted.ui) events.close();
      open = { listener, as: wanted };
      return;
    }
    open = null;
    events.close();
    await listener.close();
  };

  /** Why not, or null. */
  const listen = async (wanted: Config['http'], address: HttpAddress): Promise<Fault | null> => {
    const opened = await machine
      .listenHttp(address, wanted, (request) => serve(request, address))
      // Its module is read only now, and may be gone with the package that was replaced, or unreadable for a while.
      .catch((error: unknown) => ({
        ok: false as const,
        code: 'EIO',
        message: missingPart(error) ?? String(error),
      }));
    if (!opened.ok) {
      // Nobody answers, or somebody else does.
      const code = opened.code === 'EADDRINUSE' ? 'http-taken' : 'http-unavailable';
      return { code, why: opened.message };
    }
    open = { listener: opened.listener, as: wanted };
    // At the start it is told together with whether all is ready.
    logger[isTold ? 'info' : 'debug'](
      { event: 'http', http: opened.listener.at },
      `answering HTTP at ${opened.listener.at}`,
    );
    return null;
  };

  /** Whoever asks gets an answer, whatever fails. */
  const serve = async (request: HttpRequest, address: HttpAddress): Promise<HttpAnswer | HttpFollowed> => {
    try {
      return await serveHttp(request, httpPolicy(address, wish.ui), serving);
    } catch (error) {
      const why = missingPart(error);
      if (why === null) logger.error({ err: error }, 'an answer by HTTP failed');
      else parts.problem('restart-needed', 'program', why);
      return textAnswer(why === null ? 500 : 503, why ?? 'internal error');
    }
  };

  /** What was said of an address that is not wished for any more is taken back. */
  const say = (address: HttpAddress | null, fault: Fault | null): void => {
    const { listen } = wish;
    if (closed) return;
    if (told !== null && (told.code !== fault?.code || told.listen !== listen))
      parts.problem(told.code, told.listen, null);
    told = fault === null ? null : { code: fault.code, listen };
    if (fault !== null) parts.problem(fault.code, listen, fault.why);
    if (exposed !== null && exposed !== listen) parts.problem('http-exposed', exposed, null);
    exposed = address?.kind === 'tcp' && !address.loopback ? listen : null;
    if (exposed !== null) parts.problem('http-exposed', listen, fault === null ? exposure(wish.ui) : null);
  };

  return {
    use(config) {
      wish = config;
    },
    mend,
    told() {
      isTold = true;
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

function addressOf({ listen }: Config['http']): HttpAddress | null {
  const read = readHttpAddress(listen);
  return read.ok ? read.address : null;
}

/** What is shown behind it can change while it stays open. */
function sameDoor(a: Config['http'], b: Config['http']): boolean {
  return a.listen === b.listen && a.mode === b.mode && a.owner === b.owner;
}

function exposure(ui: Config['http']['ui']): string {
  return ui === 'always'
    ? 'whoever reaches this address sees page, status, metrics and probes'
    : 'whoever reaches this address sees metrics and probes';
}
