import type { Config, ParsedConfig } from '../core/config.ts';
import { runDirectory } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { problemCatalogue } from '../core/problems.ts';
import type { Machine } from '../host/machine.ts';
import { createKeeper, type Keeper } from './keeper.ts';
import type { Log } from './log.ts';
import { openHost } from './open.ts';
import type { Accept } from './prepare.ts';
import { createReportFile } from './report-file.ts';
import { watchFiles } from './watch-files.ts';
import { watchInstance } from './watch-instance.ts';

/** What the daemon is started with. */
export interface RunParts {
  readonly machine: Machine;
  readonly log: Log;
  readonly config: Config;
  /** Reads the configuration again, as after SIGHUP. */
  readonly reload: () => Promise<ParsedConfig>;
  readonly configFile: string;
  /** Aborted by SIGTERM and SIGINT. */
  readonly stop: AbortSignal;
  /** Calls back on SIGHUP. */
  readonly onReload: (reload: () => void) => void;
  /** Whether this user namespace's instance may be made and mounted by us. */
  readonly owns: boolean;
  readonly accept?: Accept;
}

/** The daemon: opens, locks, repairs, watches and verifies until it is stopped. Returns the exit code. */
export async function runDaemon(parts: RunParts): Promise<ExitCode> {
  const { machine, log, config, stop } = parts;
  const { logger } = log;
  let keeper: Keeper | null = null;
  const opened = await openHost(machine, config, { owns: parts.owns, mayMount: true }, () => {
    keeper?.lookAtAll();
  });
  if (!opened.ok) {
    const { title, remedy } = problemCatalogue[opened.code];
    logger.error({ problem: opened.code, detail: opened.detail, remedy }, title);
    return opened.exit;
  }
  const { instance, mounts } = opened;
  const dir = runDirectory(config);
  if (!(await lock(parts, () => instance.lock()))) {
    mounts.close();
    instance.close();
    return exitCodes.ok;
  }
  const reportFile = createReportFile(machine, dir, () => keeper?.report() ?? null);
  keeper = await createKeeper({ ...parts, ...opened, logger }, config, reportFile.changed);
  const active = keeper;
  if (machine.ffi !== null) active.problem('no-ffi', 'koffi', machine.ffi);
  const watch = watchInstance(instance.path, active.look);
  if (watch.degraded !== null) active.problem('no-inotify', 'inotify', watch.degraded);
  const stopMounts = machine.watchMounts(() => void mounts.mend().then(active.look));
  await active.configure(config);
  const files = await watchFiles(
    [parts.configFile, ...active.sources(), config.interpreters.store],
    () => void again(),
  );
  let current = config;
  let configuring: Promise<void> | null = null;
  const again = (): Promise<void> => {
    configuring ??= reconfigure().finally(() => {
      configuring = null;
    });
    return configuring;
  };
  const reconfigure = async (): Promise<void> => {
    const parsed = await parts.reload();
    const wrong = parsed.ok ? needsRestart(config, parsed.config) : parsed.errors.join('\n');
    active.problem('config-invalid', parts.configFile, wrong);
    if (parsed.ok) current = { ...parsed.config, mounts: config.mounts };
    await active.configure(current);
    files.add(active.sources());
  };
  parts.onReload(() => void again());
  const stopResync = repeat(
    () => current.resync,
    () => {
      active.lookAtAll();
      void mounts.mend();
      const dropped = log.dropped();
      if (dropped > 0) active.problem('log-dropped', 'log', `${dropped} lines were not read in time`);
    },
  );
  const stopProbing = repeat(
    () => current.probe.interval,
    () => void active.verifyAll(),
  );

  await aborted(stop);
  logger.info({ onStop: current.onStop }, 'stopping');
  stopResync();
  stopProbing();
  mounts.close();
  stopMounts();
  watch.close();
  await files.close();
  if (current.onStop === 'remove') active.remove('all');
  await active.close();
  reportFile.close();
  instance.close();
  log.flush();
  return exitCodes.ok;
}

/** Runs something again and again; the pause is asked for each time, because a reload may change it. */
function repeat(pauseMs: () => number, work: () => void): () => void {
  let timer = setTimeout(function again() {
    work();
    timer = setTimeout(again, pauseMs());
  }, pauseMs());
  return () => clearTimeout(timer);
}

/** What a running daemon cannot change: it holds these paths open. */
function needsRestart(before: Config, after: Config): string | null {
  const changed = [
    ...(before.mounts.main === after.mounts.main ? [] : ['mounts.main']),
    ...(before.mounts.anchor === after.mounts.anchor ? [] : ['mounts.anchor']),
  ];
  return changed.length === 0 ? null : `${changed.join(', ')}: changed, which takes effect after a restart`;
}

/** Waits until nobody else keeps this instance; the kernel frees the lock when its holder ends, killed or not. */
async function lock(parts: RunParts, tryLock: () => boolean): Promise<boolean> {
  let said = false;
  while (!parts.stop.aborted) {
    if (tryLock()) return true;
    if (!said) {
      const { title, remedy } = problemCatalogue['locked-by-another'];
      parts.log.logger.warn({ problem: 'locked-by-another', remedy }, `${title}; standing by`);
      said = true;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 250);
    });
  }
  return false;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
