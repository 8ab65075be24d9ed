import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../core/config/config.ts';
import { runDirectory } from '../core/config/run-directory.ts';
import { createKeeper, type Keeper } from '../keeper/keeper.ts';
import { createBinfmtDPublisher } from '../publish/binfmt-d.ts';
import { createTextfile, type Textfile } from '../publish/textfile.ts';
import { openAskedFile } from './control/asked-file.ts';
import { type Control, createControl } from './control/control.ts';
import { createOrders } from './control/orders.ts';
import { createWitnessServer, type WitnessServer } from './control/witness-server.ts';
import type { Ground, Life } from './ground.ts';
import { createDroppedLines } from './log/dropped-lines.ts';
import { contend } from './loop/contend.ts';
import type { Disposers } from './loop/disposers.ts';
import { repeat } from './loop/repeat.ts';
import { createReportFile } from './loop/report-file.ts';
import type { RunParts } from './loop/run-parts.ts';
import { reloadConfig } from './reload.ts';
import { createMountLooks } from './watch/mount-looks.ts';
import { watchInstance } from './watch/watch-instance.ts';
import { watchPlaces } from './watch/watch-places.ts';

/** A keeper at work, and what a reload has to reach. */
export interface Keeping {
  readonly keeper: Keeper;
  /** Reads the configuration again; the one in force where it is wrong. */
  readonly read: () => Promise<Config>;
  /** Applies the configuration in force. */
  readonly configure: () => Promise<void>;
  readonly textfile: Textfile;
  readonly witnesses: WitnessServer;
  /** The first try to answer HTTP is over. */
  readonly begun: Promise<void>;
  /** Makes another `resync` count at once. */
  readonly renew: () => void;
}

/** Makes the keeper, lets it configure itself for the first time and tells of it by report, socket and files. */
export async function startKeeping(
  parts: RunParts,
  open: Disposers,
  life: Life,
  ground: Ground,
): Promise<Keeping> {
  const { supervision, http, waited } = ground;
  const dir = runDirectory(parts.config);
  const { asked, keeper, socketOf } = await makeKeeper(parts, open, life, ground);
  const read = (): Promise<Config> => reloadConfig(parts.reload, parts.configFile, life.config, keeper);
  if (waited) {
    life.config = await read();
    http.use(life.config.http);
  }
  const configure = (): Promise<void> => keeper.configure({ ...life.config });
  // The socket is there before emulators are deployed, which can take long: who asks is told to wait.
  const started = configure();
  const { host } = ground.opened;
  const socket = createControl({
    ...{ machine: parts.machine, dir, logger: parts.log.logger, started, report: keeper.report },
    carryOut: createOrders({
      ...{ keeper, asked, reconfigure: configure },
      isNative: (target) => target === host.target || host.runsNatively.includes(target),
    }),
    problem: (code, detail) => keeper.problem(code, dir, detail),
  });
  open.add('control socket', socket.close);
  socketOf(socket);
  const witnesses = createWitnessServer({
    ...{ machine: parts.machine, dir, logger: parts.log.logger, take: keeper.hear },
    owner: () => life.config.readiness.witnessOwner,
    problem: (detail) => keeper.problem('witness-unavailable', dir, detail),
  });
  open.add('witness socket', witnesses.close);
  const textfile = startTextfile(parts, keeper);
  open.add('textfile', textfile.close);
  const resync = lookRegularly(parts, life, ground, { keeper, socket, witnesses });
  open.add('timer', () => {}, resync.stop);
  // A start with everything deployed is over sooner than a socket is made.
  await Promise.race([started, sleep(100, undefined, { ref: false })]);
  await socket.mend();
  const begun = started.then(
    () => {
      life.phase = 'keeping';
      return keeper.verify([]);
    },
    () => {}, // told by whoever waits for it
  );
  // A supervisor's first question comes later than the first proofs, which loading this would delay.
  let isBegun = false;
  void begun.then(() => {
    isBegun = true;
  });
  const answering = Promise.race([begun, sleep(1000, undefined, { ref: false })]).then(() => {
    // The start takes long: whoever waits for it may look at the page meanwhile.
    if (!isBegun) http.told();
    textfile.use(life.config.publish.textfile);
    void witnesses.mend();
    return http.mend();
  });
  await started;
  supervision.changed();
  return { keeper, read, configure, textfile, witnesses, begun: answering, renew: resync.renew };
}

/** The keeper with what watches its instance for it and what its report goes to. */
async function makeKeeper(parts: RunParts, open: Disposers, life: Life, ground: Ground) {
  const { machine, log } = parts;
  const { opened, supervision, http } = ground;
  const { instance, mounts } = opened;
  const dir = runDirectory(parts.config);
  let control: Control | null = null;
  const reportFile = createReportFile(
    machine,
    dir,
    () => life.keeper?.report() ?? null,
    (why) => life.keeper?.problem('state-unwritable', 'report.json', why),
  );
  open.add('report', reportFile.close);
  const asked = await openAskedFile(machine, dir, machine.bootId(), log.logger);
  const keeper = await createKeeper(
    {
      ...{ ...parts, ...opened, logger: log.logger, asked: asked.current, hearsWitnesses: true },
      publisher: (tell) => createBinfmtDPublisher(machine, tell),
      watchPlaces: (changed) => watchPlaces(machine, changed),
    },
    parts.config,
    () => {
      reportFile.changed();
      control?.changed();
      http.changed();
      supervision.changed();
    },
  );
  life.keeper = keeper;
  const close = async (): Promise<void> => {
    // Not after a defect: whoever comes next finds everything as it was.
    if (parts.stop.aborted && life.config.onStop === 'remove') keeper.remove('all');
    await keeper.close();
  };
  open.add('keeper', close, keeper.rest);
  if (machine.ffi !== null) keeper.problem('no-ffi', 'koffi', machine.ffi);
  open.add(
    'lock of older versions',
    contend(instance, ground.contested, machine.ffi === null, (detail) =>
      keeper.problem('lock-contested', 'instance', detail),
    ),
  );
  const watch = watchInstance(instance.path, keeper.look);
  open.add('watch', watch.close);
  if (watch.degraded !== null) keeper.problem('no-inotify', 'inotify', watch.degraded);
  if (opened.kept) {
    mounts.hold(false);
    void mounts.mend('start');
  }
  const { main, anchor } = parts.config.mounts;
  const looks = createMountLooks(mounts.mend);
  open.add('mount looks', looks.close);
  const noticed = (concerns: boolean): void => {
    keeper.stir();
    looks.noticed(concerns);
  };
  open.add('mount watch', machine.watchMounts([main, anchor], noticed));
  const socketOf = (socket: Control): void => {
    control = socket;
  };
  return { asked, keeper, socketOf };
}

function startTextfile({ machine }: RunParts, keeper: Keeper): Textfile {
  return createTextfile({
    machine,
    report: async () => {
      await keeper.refresh();
      return keeper.report();
    },
    problem: (path, why) => keeper.problem('textfile-unwritable', path, why),
  });
}

/** The slow timer, under everything that only events bring about. */
function lookRegularly(
  { log }: RunParts,
  life: Life,
  { supervision, http, opened }: Ground,
  {
    keeper,
    socket,
    witnesses,
  }: { readonly keeper: Keeper; readonly socket: Control; readonly witnesses: WitnessServer },
) {
  const lookForDropped = createDroppedLines(log, (detail) => keeper.problem('log-dropped', 'log', detail));
  return repeat(
    // The watchdog hears of completed looks only.
    () => Math.min(life.config.resync, supervision.pulseMs),
    () => {
      keeper.lookAtAll();
      keeper.lookAtLabels();
      // What a read-only instance refused.
      opened.instance.lock();
      supervision.alive();
      void opened.mounts.mend();
      void socket.mend();
      void witnesses.mend();
      void http.mend();
      lookForDropped();
      keeper.problem('supervisor-unreachable', 'NOTIFY_SOCKET', supervision.fault());
    },
  );
}
