import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { textOf } from '../../core/kernel/bytes.ts';
import { errnoOf } from '../system/errno.ts';
import { isLocal } from '../system/local.ts';
import { recentMountOf, recentMountPoints } from '../system/mount-table.ts';
import { EndlessPath, walk } from '../system/walk.ts';

/** Where a path leads. */
export type Followed =
  | { readonly kind: 'there'; readonly at: string; readonly found: BigIntStats }
  /** `at`: where the way ended. */
  | { readonly kind: 'gone'; readonly at: string; readonly why: string }
  /** The way leaves the file systems that are known to answer at once. */
  | { readonly kind: 'away'; readonly at: string }
  | { readonly kind: 'hidden'; readonly why: string };

/**
 * What was seen in the course of one look: paths of interpreters have most directories in common. It ends with the mount table
 * that it was seen under, since a directory may lie on a file system that hangs from then on.
 */
export interface Places {
  seen: Map<string, PlaceFound>;
  mountPoints: ReadonlySet<string>;
}

interface PlaceFound {
  readonly found: BigIntStats;
  /** Empty for what is no symlink. */
  readonly link: string;
}

/** Nothing is seen yet. */
export function newPlaces(): Places {
  return { seen: new Map(), mountPoints: recentMountPoints() };
}

/** The directory of a path, or the path where something is mounted on it: what mounts say of one they say of the other. */
export function mountedAt(path: string, { mountPoints }: Places): string {
  return mountPoints.has(path) ? path : path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Follows a path as the kernel does, and says of one that leads nowhere which part of it is missing. */
export function follow(path: string, places: Places): Followed {
  const way = walk(path);
  const trail: Trail = { at: '/', link: null };
  try {
    let step = way.next();
    while (step.done !== true) {
      trail.at = step.value;
      const place = placeAt(trail.at, places);
      if (place === 'another table') return follow(path, places);
      if (place === 'away') return { kind: 'away', at: trail.at };
      if (place.link !== '') trail.link = { at: trail.at, to: place.link };
      step = way.next(place.link);
    }
    trail.at = step.value;
    // After `..` the last one that was looked at is not the end.
    const end = placeAt(trail.at, places);
    if (end === 'another table') return follow(path, places);
    return end === 'away'
      ? { kind: 'away', at: trail.at }
      : { kind: 'there', at: trail.at, found: end.found };
  } catch (error) {
    return lost(path, trail, error);
  }
}

/** How far a path was followed. */
interface Trail {
  at: string;
  link: { readonly at: string; readonly to: string } | null;
}

/** `away` where nobody knows whether a look would end. */
function placeAt(at: string, places: Places): PlaceFound | 'away' | 'another table' {
  const points = recentMountPoints();
  if (points !== places.mountPoints) {
    places.seen = new Map();
    places.mountPoints = points;
    return 'another table';
  }
  const known = places.seen.get(at);
  if (known !== undefined) return known;
  // The way led through what is above it, so that only another mount can change that.
  if ((at === '/' || points.has(at)) && !isLocal(recentMountOf(at))) return 'away';
  const file = Buffer.from(at, 'latin1');
  const found = lstatSync(file, { bigint: true });
  const place = { found, link: found.isSymbolicLink() ? readlinkSync(file, 'latin1') : '' };
  places.seen.set(at, place);
  return place;
}

function lost(path: string, { at, link }: Trail, error: unknown): Followed {
  if (error instanceof EndlessPath)
    return { kind: 'gone', at, why: `${textOf(path)} is a circle of symlinks` };
  const code = errnoOf(error);
  const led = link === null ? '' : `${textOf(link.at)} is a symlink to ${textOf(link.to)}, and `;
  const whole = at === path ? '' : ` (on the way to ${textOf(path)})`;
  if (code === 'ENOENT') return { kind: 'gone', at, why: `${led}${textOf(at)} does not exist${whole}` };
  if (code === 'ENOTDIR')
    return { kind: 'gone', at, why: `${led}what is above ${textOf(at)} is no directory${whole}` };
  return { kind: 'hidden', why: `${textOf(at)} cannot be looked at: ${code}` };
}
