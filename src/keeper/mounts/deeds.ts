import type { MountRepair } from '../../core/report/log-words.ts';
import type { Mounts } from '../../host/mounts/facet.ts';
import type { MountOutcome, MountView } from '../../host/mounts/mounts.ts';
import type { Timed } from '../../host/system/facet.ts';

/** What it uses of the machine. */
type Host = Timed & Mounts;

/** One of the two mounts. */
export type Which = MountRepair['what'];

/** Acts on the two mounts, and tells of each repair how long the mount was gone. */
export interface Deeds {
  /** A new look begins. */
  begin(): void;
  /** Whether anything was tried since it began. */
  any(): boolean;
  /** Remembers since when a mount is gone. */
  note(view: MountView): void;
  mount(which: Which): Promise<MountOutcome>;
  /** `wasReadOnly`: the mount table said so, and that it is writable again is told. */
  makeWritable(which: Which, wasReadOnly: boolean): Promise<MountOutcome>;
}

/** Nothing is known of the mounts at first. */
export function createDeeds(
  machine: Host,
  paths: Readonly<Record<Which, string>>,
  repaired: (repair: MountRepair) => void,
): Deeds {
  const { clock } = machine;
  const gone: Record<Which, { seen: boolean; since: number | null }> = {
    main: { seen: false, since: null },
    anchor: { seen: false, since: null },
  };
  let acted = false;

  /** Of a mount that was never there nothing was lost. */
  const tell = (what: Which, done: MountRepair['done']): void => {
    const { seen, since } = gone[what];
    const goneMs = seen && since !== null ? clock.now() - since : null;
    gone[what] = { seen: true, since: null };
    repaired({ what, path: paths[what], done, goneMs });
  };

  return {
    begin() {
      acted = false;
    },
    any: () => acted,
    note(view) {
      for (const which of ['main', 'anchor'] as const) {
        const mount = gone[which];
        if (view[which].kind === 'absent') mount.since ??= clock.now();
        else mount.since = null;
        mount.seen ||= view[which].kind !== 'absent';
      }
    },
    async mount(which) {
      acted = true;
      const path = paths[which];
      const outcome = await (which === 'main' ? machine.mountMain(path) : machine.mountAnchor(path));
      if (outcome.ok) tell(which, 'mounted');
      return outcome;
    },
    async makeWritable(which, wasReadOnly) {
      acted = true;
      const outcome = await machine.remountWritable(paths[which]);
      if (outcome.ok && wasReadOnly) tell(which, 'writable');
      return outcome;
    },
  };
}
