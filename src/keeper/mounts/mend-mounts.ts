import { merged } from '../../core/merged.ts';
import type { Problem } from '../../core/problems.ts';
import type { MountRepair } from '../../core/report/log-words.ts';
import type { Mounts } from '../../host/mounts/facet.ts';
import type { MountView } from '../../host/mounts/mounts.ts';
import type { Timed } from '../../host/system/facet.ts';
import { createDeeds, type Deeds } from './deeds.ts';
import { type MountFault, mountProblem } from './faults.ts';
import { faultsOf, lacksAnchor, wantsWritable } from './judge-mounts.ts';
import { createMainMount, type MainMount } from './main-mount.ts';

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
  /** While held, mounts are looked at and nothing is mounted; that one is missing is no fault where they are `unwanted`. */
  hold(on: boolean, why?: 'unwanted'): void;
  /** From now on nothing is mounted any more, as from SIGTERM on. */
  close(): void;
}

/**
 * Mends the anchor at once and the main mount after a while. A main mount that is back within seconds is no problem;
 * one that three attempts running did not bring back for good is. Whatever lies over a mount is reported, never stacked
 * upon.
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
  const state: State = { held: false, unwanted: false, closed: false };
  const deeds = createDeeds(machine, wish, repaired);
  const main = createMainMount({
    clock: machine.clock,
    mount: () => deeds.mount('main'),
    mayMend: () => wish.mayMount && !state.held && !state.closed,
    wake: () => void look('change'),
  });
  /** Where the host has no descriptors left it is as it was. */
  const observe = (): Promise<MountView> => machine.observeMounts(wish).catch(() => view);
  const hands = { wish, state, deeds, main, observe };

  const once = async (reason: Reason): Promise<void> => {
    let faults: readonly MountFault[] = [];
    deeds.begin();
    view = await observe();
    deeds.note(view);
    if (reason === 'start' && view.main.kind === 'autofs') {
      faults = await trigger(machine, wish.main);
      view = await observe();
    }
    const mended = await mendBoth(hands, view, reason);
    view = mended.view;
    found = judge(hands, view, [...faults, ...mended.faults]);
    const now = JSON.stringify([view, found]);
    if (deeds.any() || now !== told) changed();
    told = now;
  };

  /** A look in between that was for a read-only mount stays one; the start is over by the second. */
  const look = merged(
    async (reason: Reason) => {
      if (!state.closed) await once(reason);
    },
    (...reasons) => (reasons.includes('read-only') ? 'read-only' : 'change'),
  );

  return {
    mend: (reason = 'change') => look(reason),
    faults: () => found,
    problems: () => found.map(mountProblem),
    describe: () => ({ main: view.main.kind, anchor: view.anchor.kind }),
    hold: (held, why) => void Object.assign(state, { held, unwanted: held && why === 'unwanted' }),
    close() {
      state.closed = true;
      main.close();
    },
  };
}

/** Whether anything may be mounted now. */
interface State {
  held: boolean;
  unwanted: boolean;
  closed: boolean;
}

/** What the steps of a look act by. */
interface Hands {
  readonly wish: MountWish;
  readonly state: Readonly<State>;
  readonly deeds: Deeds;
  readonly main: MainMount;
  readonly observe: () => Promise<MountView>;
}

/** All that is wrong after a look: what was found while mending, and what is to be seen. */
function judge(
  { wish, state, main }: Hands,
  view: MountView,
  mended: readonly MountFault[],
): readonly MountFault[] {
  const wanted = !state.unwanted;
  const missing = wanted && view.main.kind === 'absent' ? main.missing(wish.main) : null;
  const earlier = missing === null ? mended : [...mended, missing];
  return [...earlier, ...faultsOf(view, wish, wish.mayMount && wanted, earlier)];
}

async function trigger(machine: Host, subject: string): Promise<readonly MountFault[]> {
  const outcome = await machine.triggerAutofs(subject);
  return outcome.ok ? [] : [{ code: 'main-autofs-unreachable', subject, failure: outcome }];
}

/** Mends what may be mended; what is wrong then, and how both mounts are. */
async function mendBoth(
  hands: Hands,
  view: MountView,
  reason: Reason,
): Promise<{ readonly faults: readonly MountFault[]; readonly view: MountView }> {
  const { wish, state, deeds, main, observe } = hands;
  if (!wish.mayMount || state.held) return { faults: [], view };
  if (view.main.kind === 'absent') await main.mend(reason === 'start');
  const faults = view.anchor.kind === 'absent' ? await mendAnchor(hands, view) : [];
  const readOnly = await mendReadOnly(hands, view, reason);
  const seen = deeds.any() ? await observe() : view;
  if (seen.main.kind === 'binfmt') main.rest();
  return { faults: [...faults, ...readOnly], view: seen };
}

async function mendAnchor({ wish, state, deeds }: Hands, view: MountView): Promise<readonly MountFault[]> {
  if (state.closed) return [];
  const outcome = await deeds.mount('anchor');
  if (outcome.ok || outcome.code === 'EBUSY') return [];
  return [{ code: lacksAnchor(view, outcome), subject: wish.anchor, failure: outcome }];
}

/** `remount,ro` marks the mount that it names and the superblock: the superblock through either, the mark only there. */
async function mendReadOnly(
  { wish, state, deeds, observe }: Hands,
  view: MountView,
  reason: Reason,
): Promise<readonly MountFault[]> {
  const faults: MountFault[] = [];
  for (const which of ['anchor', 'main'] as const) {
    const seen = deeds.any() ? await observe() : view;
    if (state.closed || !wantsWritable(seen, which, reason === 'read-only')) continue;
    const mount = seen[which];
    const outcome = await deeds.makeWritable(which, mount.kind === 'binfmt' && mount.readOnly);
    if (!outcome.ok) faults.push({ code: 'read-only', subject: wish[which], failure: outcome });
  }
  return faults;
}
