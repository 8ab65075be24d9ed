import type { Config } from '../core/config/config.ts';
import { runDirectory } from '../core/config/run-directory.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { problemCatalogue } from '../core/problems.ts';
import { type MountRepair, mountWords, problemWords } from '../core/report/log-words.ts';
import { remedyOf } from '../core/report/remedy.ts';
import type { Progress } from '../core/wire/http-checks.ts';
import type { Keeper } from '../keeper/keeper.ts';
import { createClaim } from '../keeper/mounts/claim.ts';
import { type Opened, openHost } from '../keeper/mounts/open.ts';
import { type Before, lookBefore } from '../keeper/mounts/outlook.ts';
import type { Refusal } from '../keeper/mounts/refusal.ts';
import type { Http } from './http/http.ts';
import { startHttp } from './http/start-http.ts';
import type { Disposers } from './loop/disposers.ts';
import { nameHolder } from './loop/report-file.ts';
import { takeLock } from './loop/stand-by.ts';
import { createPurging, type Purging } from './purging.ts';
import type { RunParts } from './run-parts.ts';
import { createSupervision, type Supervision } from './supervise/supervise.ts';

/** What changes while a daemon lives. */
export interface Life {
  keeper: Keeper | null;
  /** The configuration in force. */
  config: Config;
  phase: Progress['phase'];
  /** The way up is over and every handler was tried once. */
  complete: boolean;
  /** The last try to take over, `performance.now()`. */
  triedAt: number;
  /** Looks again whether the entries outlive us, once that was looked at. */
  outlook: (() => void) | null;
}

/** What a keeper is built on: the instance, locked, and the ways to tell of it. */
export interface Ground {
  readonly opened: Opened;
  readonly supervision: Supervision;
  readonly http: Http;
  /** Somebody else had the lock, which took time. */
  readonly waited: boolean;
  /** Who holds the lock of older versions, as the end of a sentence; null where we do. */
  readonly contested: string | null;
  /** Who held the instance before anything was mounted here; null where that does not matter. */
  readonly before: Before;
  readonly purging: Purging;
}

/** A keeper that lacks descriptors looks again every second; one that is merely late is not dead. */
const lookSlackMs = 10_000;

type Refused = Pick<Refusal, 'code' | 'detail' | 'exit' | 'values'>;

function tellRefusal({ log, here }: RunParts, why: Refused): void {
  const { code, detail } = why;
  const remedy = remedyOf({ subject: '', ...why }, here);
  log.logger.error(
    { event: 'problem', problem: code, detail, remedy },
    problemWords(problemCatalogue[code].title, '', detail),
  );
}

/** Opens the instance and waits for its lock; the exit code where the host cannot be kept, or `stop` came first. */
export async function takeGround(
  parts: RunParts,
  open: Disposers,
  life: Life,
): Promise<Ground | { readonly exit: ExitCode }> {
  const { machine, log, config, stop } = parts;
  const supervision = createSupervision(
    parts.notifier,
    () => life.keeper?.report() ?? null,
    (error) => log.logger.error({ err: error }, 'the supervisor could not be told how things stand'),
  );
  open.add('supervisor', supervision.close, supervision.stopping);
  const before = await lookBefore(machine, config, parts.owns);
  const opened = await openHost(
    machine,
    config,
    { owns: parts.owns, mayMount: true },
    () => life.keeper?.lookAtAll(),
    (repair) => mounted(parts, life, repair),
  );
  const refused = (why: Refused): { readonly exit: ExitCode } => {
    tellRefusal(parts, why);
    supervision.stopping(problemCatalogue[why.code].title);
    return { exit: why.exit };
  };
  if (!opened.ok) return refused(opened);
  const { instance, mounts } = opened;
  const purging = createPurging(machine, config, opened);
  // Last of all, with nothing of ours open any more.
  open.add('purge', purging.atTheEnd);
  open.add('instance', instance.close);
  // At once, whatever is under way: the host may be shutting down.
  open.add('mounts', mounts.close, mounts.close);
  const http = startHttp(parts, progressOf(life), () => life.keeper);
  open.add('http', http.close);
  const dir = runDirectory(config);
  const claim = createClaim(machine, instance, dir);
  const tryLock: typeof claim = () => {
    supervision.alive();
    life.triedAt = performance.now();
    return claim();
  };
  const locked = await takeLock(tryLock, stop, { logger: log.logger, here: parts.here }, (older) => {
    supervision.standingBy();
    life.phase = 'standing-by';
    http.told();
    void http.mend();
    return nameHolder(machine, dir, older);
  });
  if (locked === null) return { exit: 0 };
  if (!locked.ok) return refused(locked);
  instance.stay();
  life.phase = 'starting';
  const { waited, contested } = locked;
  return { opened, supervision, http, waited, contested, before, purging };
}

function mounted({ log }: RunParts, life: Life, repair: MountRepair): void {
  log.logger.info({ event: 'mount', ...repair }, mountWords(repair));
  life.outlook?.();
}

function progressOf(life: Life): () => Progress {
  return () => ({
    phase: life.phase,
    complete: life.complete,
    lookAgeMs: performance.now() - (life.keeper?.lookedAt() ?? life.triedAt),
    lookLimitMs: 3 * life.config.resync + lookSlackMs,
  });
}
