import type { MountView } from '../../host/mounts/mounts.ts';
import type { Which } from './deeds.ts';
import type { Failure, MountFault } from './faults.ts';

/** What is wrong with the mounts as they are to be seen, beside what was found while they were mended. */
export function faultsOf(
  view: MountView,
  paths: Readonly<Record<Which, string>>,
  mayMount: boolean,
  earlier: readonly MountFault[],
): readonly MountFault[] {
  const { main, anchor } = view;
  const faults: MountFault[] = [];
  if (main.kind === 'covered') faults.push({ code: 'main-covered', subject: paths.main, by: main.by });
  if (anchor.kind === 'covered')
    faults.push({ code: 'anchor-covered', subject: paths.anchor, by: anchor.by });
  const devices = differentDevices(view);
  if (devices !== null)
    faults.push({ code: 'instances-differ', subject: paths.anchor, main: paths.main, devices });
  if (anchor.kind === 'absent' && mayMount && !earlier.some((f) => aboutAnchor.has(f.code)))
    faults.push({ code: 'anchor-missing', subject: paths.anchor, failure: null });
  return faults;
}

const aboutAnchor: ReadonlySet<string> = new Set(['anchor-missing', 'anchor-not-shared']);

/** Who may mount nothing, and got the host's mount, holds the instance by that: no fault, but it ends with us. */
export function lacksAnchor({ main }: MountView, { code }: Failure): 'anchor-missing' | 'anchor-not-shared' {
  return main.kind === 'binfmt' && ['EPERM', 'EACCES'].includes(code)
    ? 'anchor-not-shared'
    : 'anchor-missing';
}

/** Whether a mount is to be made writable; `refused`: a write was, and the mount table may not say so. */
export function wantsWritable(view: MountView, which: Which, refused: boolean): boolean {
  const state = view[which];
  if (state.kind !== 'binfmt' || state.covered) return false;
  // Another instance is somebody else's affair.
  if (which === 'anchor' && differentDevices(view) !== null) return false;
  return state.readOnly || (refused && which === 'anchor');
}

/** The devices of main mount and anchor where both are there, and do not show one instance. */
function differentDevices({ main, anchor }: MountView): readonly [main: string, anchor: string] | null {
  if (main.kind !== 'binfmt' || anchor.kind !== 'binfmt' || main.covered || anchor.covered) return null;
  return main.device === anchor.device ? null : [main.device, anchor.device];
}
