import { merged } from '../core/merged.ts';
import type { Ground, Life } from './ground.ts';
import type { Keeping } from './keep.ts';
import type { Disposers } from './loop/disposers.ts';
import { repeat } from './loop/repeat.ts';
import type { RunParts } from './run-parts.ts';
import { watchFiles } from './watch/watch-files.ts';
import { watchSources } from './watch/watch-sources.ts';

/** Follows what a keeper depends on: the configuration by SIGHUP and by its file, emulators, and time. */
export async function follow(
  parts: RunParts,
  open: Disposers,
  life: Life,
  { supervision, http }: Ground,
  { keeper, read, configure, textfile, witnesses, renew }: Keeping,
): Promise<void> {
  const { machine, configFile, stop } = parts;
  const again = merged(async () => {
    await machine.settled(configFile);
    await supervision.reloading(async () => {
      life.config = await read();
      http.use(life.config.http);
      textfile.use(life.config.publish.textfile);
      void witnesses.mend();
      void http.mend();
      await configure();
      // It would open again what a stop has closed.
      if (stop.aborted) return;
      renew();
      probing.renew();
    });
  });
  /** What does not answer is watched when it does: a look at it would never end. */
  const places = async (): Promise<readonly string[]> => {
    const all = [...keeper.sources(), life.config.interpreters.store];
    const tried = await Promise.all(
      all.map(async (path) => ((await machine.reach(path, 2000)).ok ? path : [])),
    );
    return tried.flat();
  };
  const files = await watchFiles([configFile, ...(await places())], () => void again());
  open.add('file watch', files.close);
  const emulators = watchSources(machine, () => void again());
  open.add('emulator watch', emulators.close);
  emulators.use(life.config.interpreters.sources);
  keeper.onPrepared(() => {
    void places().then(files.add);
    emulators.use(life.config.interpreters.sources);
  });
  const probing = repeat(
    () => life.config.probe.interval,
    () => void keeper.verifyAll(),
  );
  open.add('probe timer', () => {}, probing.stop);
  parts.onReload(() => void again());
  // Nothing watched the file while we started.
  if (await machine.changedSince(configFile, performance.timeOrigin)) void again();
}
