import { version } from 'node:os';
import { dirname } from 'node:path';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { diesWithLastMount, parseKernelVersion } from '../../core/kernel/kernel-version.ts';
import type { LastingFacts, PlaceFacts, Volume } from '../../core/report/lasting.ts';
import { kernelRelease } from '../system/identity.ts';
import type { Libc } from '../system/libc.ts';
import { readMounts, recentMountOf } from '../system/mount-table.ts';
import { type MountState, observeMountsNow } from './mounts.ts';
import { binfmtElsewhere, containerStart, type Elsewhere, inHostMountNamespace } from './namespaces.ts';
import { copiedOutside } from './propagation.ts';
import { superblockBirth, superblockExisted } from './superblock.ts';

/** Who held the instance before we touched it: what is mounted afterwards would hide the answer. */
export interface HoldersBefore {
  /** Unix time, milliseconds. */
  readonly at: number;
  readonly created: 'existed' | 'first' | null;
  /** Devices of binfmt_misc mounts of this mount namespace; and what is mounted in others. */
  readonly here: ReadonlySet<string>;
  readonly elsewhere: Elsewhere;
  /** Nothing was at the anchor's place: what is there later, we mounted. */
  readonly anchorAbsent: boolean;
}

/** Looks before anything is mounted; `patient`: a holder that may be about to end is waited for. */
export async function holdersBefore(
  libc: Libc | null,
  places: { readonly main: string; readonly anchor: string },
  mayMake: boolean,
  patient = true,
): Promise<HoldersBefore> {
  const here = new Set(readMounts().flatMap((m) => (m.type === 'binfmt_misc' ? [m.device] : [])));
  const at = Date.now();
  return {
    at,
    created: mayMake ? await superblockExisted(libc, patient && here.size === 0) : null,
    here,
    elsewhere: binfmtElsewhere(),
    anchorAbsent: observeMountsNow(places).anchor.kind === 'absent',
  };
}

/** What decides how long entries last, once all descriptors of the instance were let go. Changes no mount for long. */
export async function lastingFacts(
  before: HoldersBefore,
  places: { readonly main: string; readonly anchor: string },
): Promise<LastingFacts> {
  const { main, anchor } = observeMountsNow(places);
  const device = deviceOf(main) ?? deviceOf(anchor) ?? '';
  const inMain = main.kind === 'binfmt' && !main.covered;
  const birth = superblockBirth(inMain ? places.main : places.anchor);
  const hostNamespace = inHostMountNamespace();
  const start = containerStart();
  return {
    kernelKeeps: keepsEntries(),
    hostNamespace,
    created: before.created,
    olderThanUs: birth === null ? null : birth < before.at - tick,
    olderThanContainer: birth === null || start === null ? null : birth < start - startError,
    seenBefore: before.here.has(device),
    heldBefore: holds(before.elsewhere, device),
    heldNow: holds(binfmtElsewhere(), device),
    main: await placeFacts(main, device, places.main, hostNamespace),
    anchor: await placeFacts(anchor, device, places.anchor, hostNamespace),
    volume: volumeOf(dirname(places.anchor)),
  };
}

/** Files get the time of the last tick, which is up to 10 ms old. */
const tick = 100;
/** The start of a process is known to 10 ms, the boot that it is counted from to another 10. */
const startError = 1000;

/** In the namespace of the host nothing needs to be found out, hence nothing is changed there. */
async function placeFacts(
  state: MountState,
  device: string,
  path: string,
  host: boolean,
): Promise<PlaceFacts> {
  // A mount of another instance keeps nothing of ours.
  if (deviceOf(state) !== device || state.kind !== 'binfmt') return { mounted: false, outside: false };
  const point = bytesOf(path).replace(/(?<=.)\/+$/, '');
  return { mounted: true, outside: !host && !state.covered && (await copiedOutside(point)) };
}

/** A file system that the container mounted by itself, as engines do at /run, is no volume for the directory. */
function volumeOf(directory: string): Volume {
  const [root, mount] = [recentMountOf('/'), recentMountOf(directory)];
  if (mount === null || mount.id === root?.id) return 'none';
  if (mount.root === '/' && mount.mountPoint !== bytesOf(directory)) return 'none';
  return mount.propagation.shared === undefined ? 'private' : 'shared';
}

function holds({ devices, complete }: Elsewhere, device: string): boolean | null {
  if (devices.has(device)) return true;
  return complete ? false : null;
}

function deviceOf(state: MountState): string | null {
  return state.kind === 'binfmt' ? state.device : null;
}

/** A patch level of 0 is mostly a vendor's own count, which says nothing of backports. */
function keepsEntries(): boolean {
  const kernel = parseKernelVersion(kernelRelease(), version());
  return kernel !== null && kernel.patch > 0 && !diesWithLastMount(kernel);
}
