import type { Keeper } from '../keeper/keeper.ts';
import type { Ground } from './ground.ts';
import { contend } from './loop/contend.ts';
import type { Disposers } from './loop/disposers.ts';
import type { RunParts } from './run-parts.ts';
import { createMountLooks } from './watch/mount-looks.ts';
import { watchInstance } from './watch/watch-instance.ts';

/** Wakes the keeper when something happens to its instance or to a mount, and raises what it cannot be woken by. */
export function watchOver(
  { machine, config }: RunParts,
  open: Disposers,
  { opened, contested }: Ground,
  keeper: Keeper,
): void {
  const { instance, mounts } = opened;
  if (machine.ffi !== null) keeper.problem('no-ffi', 'koffi', machine.ffi);
  open.add(
    'lock of older versions',
    contend(instance, contested, machine.ffi === null, (detail) =>
      keeper.problem('lock-contested', 'instance', detail),
    ),
  );
  const watch = watchInstance(instance.path, keeper.look, (why) =>
    keeper.problem('no-inotify', 'inotify', why),
  );
  open.add('watch', watch.close);
  if (opened.kept) {
    mounts.hold(false);
    void mounts.mend('start');
  }
  const { main, anchor } = config.mounts;
  const looks = createMountLooks(mounts.mend);
  open.add('mount looks', looks.close);
  const noticed = (concerns: boolean): void => {
    keeper.stir();
    looks.noticed(concerns);
  };
  open.add('mount watch', machine.watchMounts([main, anchor], noticed));
}
