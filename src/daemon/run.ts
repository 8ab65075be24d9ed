import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { readyWords, stoppingWords } from '../core/report/log-words.ts';
import { usualHere } from '../core/text/typed.ts';
import { createOutlook } from '../keeper/mounts/outlook.ts';
import { follow } from './follow.ts';
import { type Ground, type Life, takeGround } from './ground.ts';
import { type Keeping, startKeeping } from './keep.ts';
import { createDisposers, type Disposers, type Unclosed } from './loop/disposers.ts';
import type { RunParts } from './run-parts.ts';

/**
 * The daemon: opens, locks, repairs, watches and verifies until it is stopped. Whatever ends it, at whatever moment,
 * what it opened is closed. Returns the exit code; throws what is a defect.
 */
export async function runDaemon(parts: RunParts): Promise<ExitCode> {
  const { log, stop } = parts;
  const open = createDisposers();
  const life: Life = {
    ...{ keeper: null, config: parts.config, phase: 'starting', complete: false },
    triedAt: performance.now(),
    outlook: null,
  };
  let code: ExitCode = exitCodes.failed;
  let unclosed: readonly Unclosed[] = [];
  try {
    code = await Promise.race([live(parts, open, life), aborted(stop), parts.defect]);
    if (stop.aborted)
      log.logger.info(
        { event: 'stopping', ...endOf(parts, life) },
        stoppingWords(endOf(parts, life).entries),
      );
  } finally {
    life.phase = 'stopping';
    unclosed = await open.close();
    for (const { name, error } of unclosed)
      log.logger.warn(error === null ? {} : { err: error }, `${name}: could not be closed in time`);
  }
  return unclosed.some(({ error }) => error !== null) ? exitCodes.failed : code;
}

/** Comes to an end by itself only where there is nothing to keep. */
async function live(parts: RunParts, open: Disposers, life: Life): Promise<ExitCode> {
  const ground = await takeGround(parts, open, life);
  if ('exit' in ground) return ground.exit;
  const keeping = await startKeeping(parts, open, life, ground);
  // Nothing queued by this call: it resolves when the first round of proofs has ended.
  const proved = keeping.keeper.verify([]);
  await follow(parts, open, life, ground, keeping);
  await proved;
  life.complete = true;
  // Changes a mount for a moment, which is not for the way up.
  life.outlook = createOutlook(parts.machine, parts.config, ground.before, ground.waited, (why) =>
    keeping.keeper.problem('anchor-not-shared', parts.config.mounts.anchor, why),
  );
  life.outlook();
  void tellReady(parts, life, ground, keeping);
  ground.supervision.ready();
  return new Promise(() => {});
}

/** One line for whoever started it: is all well, where to look, what to type. */
async function tellReady(
  { log, stop, here = usualHere }: RunParts,
  { keeper }: Life,
  { http }: Ground,
  { begun }: Keeping,
): Promise<void> {
  await begun;
  const report = keeper?.report();
  if (report === undefined || stop.aborted) return;
  const at = http.told();
  log.logger[report.ready ? 'info' : 'warn'](
    { event: report.ready ? 'ready' : 'not-ready', http: at?.at ?? null },
    readyWords(report, at, `${here.command} status`),
  );
}

/** What becomes of the entries: those of a private instance end with its last process, whatever is configured. */
function endOf({ machine }: RunParts, { config }: Life): { readonly entries: 'vanish' | 'keep' | 'remove' } {
  return { entries: machine.inSandbox() ? 'vanish' : config.onStop };
}

function aborted(signal: AbortSignal): Promise<ExitCode> {
  if (signal.aborted) return Promise.resolve(exitCodes.ok);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(exitCodes.ok), { once: true });
  });
}
