import { runDirectory } from '../core/config/run-directory.ts';
import { createKeeper, type Keeper } from '../keeper/keeper.ts';
import { createBinfmtDPublisher } from '../publish/binfmt-d.ts';
import { type AskedFile, openAskedFile } from './control/asked-file.ts';
import type { Ground, Life } from './ground.ts';
import type { Disposers } from './loop/disposers.ts';
import { createReportFile } from './loop/report-file.ts';
import type { RunParts } from './run-parts.ts';
import { watchPlaces } from './watch/watch-places.ts';

/** A keeper that was not configured yet. */
interface Made {
  readonly keeper: Keeper;
  readonly asked: AskedFile;
  /** From now on this, too, hears of every change of the report. */
  readonly alsoTell: (changed: () => void) => void;
}

/** Makes the keeper, and lets its report reach its file, HTTP and the supervisor. */
export async function makeKeeper(
  parts: RunParts,
  open: Disposers,
  life: Life,
  { opened, supervision, http }: Ground,
): Promise<Made> {
  const { machine, log } = parts;
  const dir = runDirectory(parts.config);
  const reportFile = createReportFile(
    machine,
    dir,
    () => life.keeper?.report() ?? null,
    (why) => life.keeper?.problem('state-unwritable', 'report.json', why),
  );
  open.add('report', reportFile.close);
  const asked = await openAskedFile(machine, dir, machine.bootId(), log.logger);
  const told = [reportFile.changed, http.changed, supervision.changed];
  const keeper = await createKeeper(
    {
      ...{ ...parts, ...opened, logger: log.logger, asked: asked.current, hearsWitnesses: true },
      publisher: (tell) => createBinfmtDPublisher(machine, tell),
      watchPlaces: (changed) => watchPlaces(machine, changed),
    },
    parts.config,
    () => {
      for (const changed of told) changed();
    },
  );
  life.keeper = keeper;
  const close = async (): Promise<void> => {
    // Not after a defect: whoever comes next finds everything as it was.
    if (parts.stop.aborted && life.config.onStop === 'remove') keeper.remove('all');
    await keeper.close();
  };
  open.add('keeper', close, keeper.rest);
  return { keeper, asked, alsoTell: (changed) => told.push(changed) };
}
