import { merged } from '../../core/merged.ts';
import type { Problem } from '../../core/problems.ts';
import type { MountRepair } from '../../core/report/log-words.ts';
import type { Mounts } from '../../host/mounts/facet.ts';
import type { MountView } from '../../host/mounts/mounts.ts';
import type { Cancel } from '../../host/system/clock.ts';
import type { Timed } from '../../host/system/facet.ts';
import { type Failure, type MountFault, mountProblem } from './faults.ts';

/** What it uses of the machine. */
type Host = Timed & Mounts;

/** Where the two mounts are, and whether we may make them. */
export interface MountWish {
  readonly main: string;
  readonly anchor: string;
  /** false in a user namespace whose instance we were not asked to own: a mount could make a new, empty one. */
  readonly mayMount: boolean;
}

/** Why somebody looks. */
type Reason = 'start' | 'change' | 'read-only';

/** Keeps anchor and main mount in place. */
export interface MountKeeper {
  /** Looks at the mount table and mends; calls made meanwhile are merged into one more look, which all of them wait for. */
  mend(reason?: Reason): Promise<void>;
  /** What is wrong with them, as data and in words. */
  faults(): readonly MountFault[];
  problems(): readonly Problem[];
  describe(): { readonly main: string; readonly anchor: string };
  /** While held, mounts are looked at and nothing is mounted. */
  hold(on: boolean): void;
  /** From now on nothing is mounted any more, as from SIGTERM on. */
  close(): void;
}

/** No further attempt would end in another way: we may not, or the kernel cannot. */
const hopeless: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'ENODEV', 'ENOTOOL']);

const firstPause = 3000;
const longestPause = 60_000;
/** A mount that was refused three times running is looked after by whoever reads the problem, and by us now and then. */
const resignedPause = 600_000;
const mostTries = 3;

/**
 * Mends the anchor at once and the main mount after 3 s, doubling: systemd's automount gives up for good at five mounts
 * within 10 s, and the anchor serves meanwhile. A main mount that is back within seconds is no problem; one that three
 * attempts running did not bring back for good is. Whatever lies over a mount is reported, never stacked upon.
 */
export function createMountKeeper(
  machine: Host,
  wish: MountWish,
  changed: () => void,
  repaired: (repair: MountRepair) => void = () => {},
): MountKeeper {
  let found: readonly MountFault[] = [];
  let view: MountView = { main: { kind: 'absent' }, anchor: { kind: 'absent' } };
  let told = '';
  let acted = false;
  let pause = firstPause;
  let timer: Cancel | null = null;
  let calm: Cancel | null = null;
  let due = false;
  let mainFailure: Failure | null = null;
  /** Attempts to restore the main mount since it stayed for a while. */
  let tries = 0;
  let closed = false;
  let held = false;
  const gone: Record<MountRepair['what'], { seen: boolean; since: number | null }> = {
    main: { seen: false, since: null },
    anchor: { seen: false, since: null },
  };

  /** Where the host has no descriptors left it is as it was. */
  const observe = (): Promise<MountView> => machine.observeMounts(wish).catch(() => view);

  const once = async (reason: Reason): Promise<void> => {
    const faults: MountFault[] = [];
    acted = false;
    view = await observe();
    noteGone();
    if (reason === 'start' && view.main.kind === 'autofs') {
      const outcome = await machine.triggerAutofs(wish.main);
      if (!outcome.ok) faults.push({ code: 'main-autofs-unreachable', subject: wish.main, failure: outcome });
      view = await observe();
    }
    if (wish.mayMount && !held) {
      if (view.main.kind === 'absent') await mendMain(reason === 'start' || due);
      if (view.anchor.kind === 'absent') await mendAnchor(faults);
      await mendReadOnly(reason, faults);
      if (acted) view = await observe();
      if (view.main.kind === 'binfmt') rest();
    }
    if (view.main.kind === 'absent' && !isMending())
      faults.push({ code: 'main-missing', subject: wish.main, failure: mainFailure, tries });
    if (view.main.kind === 'covered')
      faults.push({ code: 'main-covered', subject: wish.main, by: view.main.by });
    if (view.anchor.kind === 'covered')
      faults.push({ code: 'anchor-covered', subject: wish.anchor, by: view.anchor.by });
    const devices = differentDevices(view);
    if (devices !== null)
      faults.push({ code: 'instances-differ', subject: wish.anchor, main: wish.main, devices });
    if (view.anchor.kind === 'absent' && wish.mayMount && !faults.some((f) => aboutAnchor.has(f.code)))
      faults.push({ code: 'anchor-missing', subject: wish.anchor, failure: null });
    found = faults;
    const now = JSON.stringify([view, found]);
    if (acted || now !== told) changed();
    told = now;
  };

  const noteGone = (): void => {
    for (const what of ['main', 'anchor'] as const) {
      const mount = gone[what];
      if (view[what].kind === 'absent') mount.since ??= machine.clock.now();
      else mount.since = null;
      mount.seen ||= view[what].kind !== 'absent';
    }
  };

  /** Of a mount that was never there nothing was lost. */
  const tell = (what: MountRepair['what'], done: MountRepair['done']): void => {
    const { seen, since } = gone[what];
    const goneMs = seen && since !== null ? machine.clock.now() - since : null;
    gone[what].seen = true;
    gone[what].since = null;
    repaired({ what, path: wish[what], done, goneMs });
  };

  const isMending = (): boolean => {
    if (!wish.mayMount || held || closed) return false;
    return tries < mostTries && !hopeless.has(mainFailure?.code ?? '');
  };

  const mendMain = async (now: boolean): Promise<void> => {
    const restores = due;
    due = false;
    calm?.();
    calm = null;
    if (closed || (now && (await mountNow(restores)))) return;
    if (closed || timer !== null) return;
    timer = machine.clock.after(mainFailure !== null && !isMending() ? resignedPause : pause, () => {
      timer = null;
      due = true;
      void mend();
    });
    pause = Math.min(pause * 2, longestPause);
  };

  const mountNow = async (restores: boolean): Promise<boolean> => {
    acted = true;
    const outcome = await machine.mountMain(wish.main);
    mainFailure = outcome.ok || outcome.code === 'EBUSY' ? null : outcome;
    if (outcome.ok) tell('main', 'mounted');
    if (restores || mainFailure !== null) tries += 1;
    return mainFailure === null;
  };

  /** A mount that stays for a while ends the back-off: the next loss is a new one. */
  const rest = (): void => {
    due = false;
    mainFailure = null;
    // Whoever brought it back, the next loss has a pause of its own, not what is left of ten minutes.
    timer?.();
    timer = null;
    if (calm !== null || (pause === firstPause && tries === 0) || closed) return;
    const ends = (): void => {
      calm = null;
      pause = firstPause;
      tries = 0;
    };
    calm = machine.clock.after(longestPause, ends, 'idle');
  };

  /** Who may mount nothing, and got the host's mount, holds the instance by that: no fault, but it ends with us. */
  const lacksAnchor = ({ code }: Failure): 'anchor-missing' | 'anchor-not-shared' =>
    view.main.kind === 'binfmt' && ['EPERM', 'EACCES'].includes(code)
      ? 'anchor-not-shared'
      : 'anchor-missing';

  const mendAnchor = async (faults: MountFault[]): Promise<void> => {
    if (closed) return;
    acted = true;
    const outcome = await machine.mountAnchor(wish.anchor);
    if (outcome.ok) tell('anchor', 'mounted');
    else if (outcome.code !== 'EBUSY')
      faults.push({ code: lacksAnchor(outcome), subject: wish.anchor, failure: outcome });
  };

  /** `remount,ro` marks the mount that it names and the superblock: the superblock through either, the mark only there. */
  const mendReadOnly = async (reason: string, faults: MountFault[]): Promise<void> => {
    for (const path of [wish.anchor, wish.main]) {
      const seen = acted ? await observe() : view;
      const state = path === wish.anchor ? seen.anchor : seen.main;
      if (closed || state.kind !== 'binfmt' || state.covered) continue;
      // Another instance is somebody else's affair.
      if (path === wish.anchor && differentDevices(seen) !== null) continue;
      if (!state.readOnly && (reason !== 'read-only' || path !== wish.anchor)) continue;
      acted = true;
      const outcome = await machine.remountWritable(path);
      if (!outcome.ok) faults.push({ code: 'read-only', subject: path, failure: outcome });
      else if (state.readOnly) tell(path === wish.anchor ? 'anchor' : 'main', 'writable');
    }
  };

  /** A look in between that was for a read-only mount stays one; the start is over by the second. */
  const look = merged(
    async (reason: Reason) => {
      if (!closed) await once(reason);
    },
    (...reasons) => (reasons.includes('read-only') ? 'read-only' : 'change'),
  );
  const mend = (reason: Reason = 'change'): Promise<void> => look(reason);

  return {
    mend,
    faults: () => found,
    problems: () => found.map(mountProblem),
    describe: () => ({ main: view.main.kind, anchor: view.anchor.kind }),
    hold(on) {
      held = on;
    },
    close() {
      closed = true;
      for (const cancel of [timer, calm]) cancel?.();
    },
  };
}

const aboutAnchor: ReadonlySet<string> = new Set(['anchor-missing', 'anchor-not-shared']);

/** The devices of main mount and anchor where both are there, and do not show one instance. */
function differentDevices({ main, anchor }: MountView): readonly [main: string, anchor: string] | null {
  if (main.kind !== 'binfmt' || anchor.kind !== 'binfmt' || main.covered || anchor.covered) return null;
  return main.device === anchor.device ? null : [main.device, anchor.device];
}
