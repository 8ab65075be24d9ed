import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { createDisposers, type Disposers, type Unclosed } from './disposers.ts';
import { follow } from './follow.ts';
import { type Life, takeGround } from './ground.ts';
import { startKeeping } from './keep.ts';
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
  };
  let code: ExitCode = exitCodes.failed;
  let unclosed: readonly Unclosed[] = [];
  try {
    code = await Promise.race([live(parts, open, life), aborted(stop), parts.defect]);
    if (stop.aborted) log.logger.info({ onStop: life.config.onStop }, 'stopping');
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
  ground.supervision.ready();
  return new Promise(() => {});
}

function aborted(signal: AbortSignal): Promise<ExitCode> {
  if (signal.aborted) return Promise.resolve(exitCodes.ok);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(exitCodes.ok), { once: true });
  });
}
