import { dirname } from 'node:path';
import type { Outcome } from '../../core/outcome.ts';
import type { LastingFacts } from '../../core/report/lasting.ts';
import { distrust, inRunDirectory, whereTrusted } from '../files/trusted-way.ts';
import type { Libc } from '../system/libc.ts';
import { type HoldersBefore, holdersBefore, lastingFacts } from './holders.ts';
import { type MountsChanged, watchMounts } from './mount-watch.ts';
import {
  detach,
  type MountView,
  mountAnchor,
  mountMain,
  observeMounts,
  remountWritable,
  triggerAutofs,
  unmount,
} from './mounts.ts';
import { mountsEndWithUs } from './namespaces.ts';
import { isOwnImage, type Place, placeOf } from './place.ts';

interface Points {
  readonly main: string;
  readonly anchor: string;
}

/** Our two mounts of binfmt_misc. */
export interface Mounts {
  observeMounts(points: Points): Promise<MountView>;
  mountMain(path: string): Promise<Outcome>;
  mountAnchor(path: string): Promise<Outcome>;
  remountWritable(path: string): Promise<Outcome>;
  triggerAutofs(path: string): Promise<Outcome>;
  unmount(path: string): Promise<Outcome>;
  detach(path: string): Promise<Outcome>;
  /** Why somebody else decides what a path leads to; null where nobody does, or nothing is there. */
  distrust(path: string): Promise<string | null>;
}

/** Tells of changes of the mount table. */
export interface MountWatch {
  watchMounts(points: readonly string[], changed: MountsChanged): () => void;
}

/** Who holds an instance, and for how long. */
export interface Holders {
  /** Whether what is mounted here ends with this process. */
  mountsEndWithUs(): boolean;
  holdersBefore(points: Points, mayMake: boolean, patient?: boolean): Promise<HoldersBefore>;
  lastingFacts(before: HoldersBefore, points: Points): Promise<LastingFacts>;
}

/** Where a path lies, seen from the host. */
export interface Places {
  placeOf(path: string): Promise<Place>;
  isOwnImage(path: string): boolean;
}

/** All of this room. */
export function mountFacets(libc: Libc | null): Mounts & MountWatch & Holders & Places {
  return {
    observeMounts,
    mountMain: (path) => whereTrusted(path, mountMain),
    mountAnchor: (path) => inRunDirectory(dirname(path), () => mountAnchor(path)),
    remountWritable: (path) => whereTrusted(path, remountWritable),
    triggerAutofs,
    unmount: (path) => whereTrusted(path, unmount),
    detach: (path) => whereTrusted(path, detach),
    distrust,
    watchMounts: (points, changed) => watchMounts(libc, points, changed),
    mountsEndWithUs,
    holdersBefore: (points, mayMake, patient) => holdersBefore(libc, points, mayMake, patient),
    lastingFacts,
    placeOf: (path) => placeOf(path),
    isOwnImage,
  };
}
