import { setTimeout as sleep } from 'node:timers/promises';
import type { Config, ParsedConfig } from '../core/config.ts';
import { runDirectory } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import type { Progress } from '../core/http-checks.ts';
import { problemCatalogue } from '../core/problems.ts';
import type { Machine } from '../host/machine.ts';
import { createTextfile } from '../publish/textfile.ts';
import { openAskedFile } from './asked-file.ts';
import { type Control, createControl } from './control.ts';
import { createDroppedLines } from './dropped-lines.ts';
import { createKeeper, type Keeper } from './keeper.ts';
import type { Log } from './log.ts';
import { merged } from './merged.ts';
import { openHost } from './open.ts';
import { type CarryOut, createOrders } from './orders.ts';
import type { Accept } from './prepare.ts';
import { reloadConfig } from './reload.ts';
import { repeat } from './repeat.ts';
import { createReportFile, nameHolder } from './report-file.ts';
import { takeLock } from './stand-by.ts';
import { startHttp } from './start-http.ts';
import { createSupervision } from './supervise.ts';
import { watchFiles } from './watch-files.ts';
import { watchInstance } from './watch-instance.ts';
import { watchSources } from './watch-sources.ts';

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

/** A keeper that lacks descriptors looks again every second; one that is merely late is not dead. */
const lookSlackMs = 10_000;

/** The daemon: opens, locks, repairs, watches and verifies until it is stopped. Returns the exit code. */
export async function runDaemon(parts: RunParts): Promise<ExitCode> {
  const { machine, log, config, stop } = parts;
  const { logger } = log;
  let keeper: Keeper | null = null;
  let current = config;
  let phase: Progress['phase'] = 'starting';
  let triedAt = performance.now();
  const supervision = createSupervision(
    machine.notifier,
    () => keeper?.report() ?? null,
    (error) => logger.error({ err: error }, 'the supervisor could not be told how things stand'),
  );
  stop.addEventListener('abort', () => supervision.stopping(), { once: true });
  const opened = await openHost(machine, config, { owns: parts.owns, mayMount: true }, () => {
    keeper?.lookAtAll();
  });
  if (!opened.ok) {
    const { title, remedy } = problemCatalogue[opened.code];
    logger.error({ problem: opened.code, detail: opened.detail, remedy }, title);
    supervision.stopping(title);
    return opened.exit;
  }
  const { instance, mounts } = opened;
  const http = startHttp(
    parts,
    () => ({
      phase,
      lookAgeMs: performance.now() - (keeper?.lookedAt() ?? triedAt),
      lookLimitMs: 3 * current.resync + lookSlackMs,
    }),
    () => keeper,
  );
  const dir = runDirectory(config);
  const tryLock = (): boolean => {
    supervision.alive();
    triedAt = performance.now();
    return instance.lock();
  };
  const locked = await takeLock(tryLock, stop, logger, () => {
    supervision.standingBy();
    phase = 'standing-by';
    void http.mend();
    return nameHolder(machine, dir);
  });
  if (locked === null) {
    await http.close();
    supervision.close();
    mounts.close();
    instance.close();
    return exitCodes.ok;
  }
  const reportFile = createReportFile(
    machine,
    dir,
    () => keeper?.report() ?? null,
    (why) => keeper?.problem('state-unwritable', 'report.json', why),
  );
  const asked = await openAskedFile(machine, dir, machine.bootId(), logger);
  const changed = (): void => {
    reportFile.changed();
    control?.changed();
    http.changed();
    supervision.changed();
  };
  let control: Control | null = null;
  keeper = await createKeeper({ ...parts, ...opened, logger, asked: asked.current }, config, changed);
  const active = keeper;
  // At once, whatever is under way: the host may be shutting down.
  void aborted(stop).then(() => {
    active.rest();
    mounts.close();
  });
  if (machine.ffi !== null) active.problem('no-ffi', 'koffi', machine.ffi);
  const watch = watchInstance(instance.path, active.look);
  if (watch.degraded !== null) active.problem('no-inotify', 'inotify', watch.degraded);
  if (opened.kept) {
    mounts.hold(false);
    void mounts.mend('start');
  }
  const stopMounts = machine.watchMounts(() => void mounts.mend().then(active.look));
  phase = 'starting';
  const reloadNow = (): Promise<Config> => reloadConfig(parts.reload, parts.configFile, current, active);
  if (locked.waited) {
    current = await reloadNow();
    http.use(current.http);
  }
  const reconfigureNow = (): Promise<void> => active.configure({ ...current });
  // The socket is there before emulators are deployed, which can take long: who asks is told to wait.
  const started = reconfigureNow();
  const carryOut = createOrders({
    keeper: active,
    asked,
    reconfigure: reconfigureNow,
    isNative: (target) => target === opened.host.target || opened.host.runsNatively.includes(target),
  });
  const socket = startControl(parts, dir, active, carryOut, started);
  control = socket;
  const textfile = createTextfile({
    machine,
    report: async () => {
      await active.refresh();
      return active.report();
    },
    problem: (path, why) => active.problem('textfile-unwritable', path, why),
  });
  const lookForDropped = createDroppedLines(log, (detail) => active.problem('log-dropped', 'log', detail));
  const resync = repeat(
    // The watchdog hears of completed looks only.
    () => Math.min(current.resync, supervision.pulseMs),
    () => {
      active.lookAtAll();
      active.lookAtLabels();
      supervision.alive();
      void mounts.mend();
      void socket.mend();
      void http.mend();
      lookForDropped();
      active.problem('supervisor-unreachable', 'NOTIFY_SOCKET', supervision.fault());
    },
  );
  // A start with everything deployed is over sooner than a socket is made.
  await Promise.race([started, sleep(100, undefined, { ref: false })]);
  await socket.mend();
  const begun = started.then(
    () => {
      phase = 'keeping';
      return active.verify([]);
    },
    () => {}, // told by whoever waits for it
  );
  // A supervisor's first question comes later than the first proofs, which loading this would delay.
  void Promise.race([begun, sleep(1000, undefined, { ref: false })]).finally(() => {
    void http.mend();
    textfile.use(current.publish.textfile);
  });
  await Promise.race([started, aborted(stop)]);
  // Nothing queued by this call: it resolves when the first round of proofs has ended.
  void active.verify([]).then(supervision.ready);
  const files = await watchFiles(
    [parts.configFile, ...active.sources(), config.interpreters.store],
    () => void again(),
  );
  const emulators = watchSources(machine, () => void again());
  emulators.use(current.interpreters.sources);
  const again = merged(async () => {
    await machine.settled(parts.configFile);
    await supervision.reloading(async () => {
      current = await reloadNow();
      http.use(current.http);
      textfile.use(current.publish.textfile);
      void http.mend();
      await reconfigureNow();
      // It would open again what a stop has closed.
      if (stop.aborted) return;
      files.add(active.sources());
      emulators.use(current.interpreters.sources);
      resync.renew();
      probing.renew();
    });
  });
  parts.onReload(() => void again());
  const probing = repeat(
    () => current.probe.interval,
    () => void active.verifyAll(),
  );
  // Nothing watched the file while we started.
  if (await machine.changedSince(parts.configFile, performance.timeOrigin)) void again();

  await aborted(stop);
  logger.info({ onStop: current.onStop }, 'stopping');
  supervision.close();
  resync.stop();
  probing.stop();
  await Promise.all([socket.close(), http.close(), textfile.close()]);
  mounts.close();
  stopMounts();
  watch.close();
  emulators.close();
  await files.close();
  if (current.onStop === 'remove') active.remove('all');
  await active.close();
  reportFile.close();
  instance.close();
  log.flush();
  return exitCodes.ok;
}

function startControl(
  { machine, log }: RunParts,
  dir: string,
  keeper: Keeper,
  carryOut: CarryOut,
  started: Promise<void>,
): Control {
  return createControl({
    machine,
    dir,
    logger: log.logger,
    carryOut,
    started,
    report: keeper.report,
    problem: (code, detail) => keeper.problem(code, dir, detail),
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
