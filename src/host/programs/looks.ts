import { setImmediate as turn } from 'node:timers/promises';
import type { Sight } from '../../core/entries/sight.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import { noexecMount } from '../system/noexec.ts';
import { type Found, lookFar } from './far.ts';
import { type Followed, follow, mountedAt, newPlaces, type Places } from './follow.ts';
import { asksOf, type Head, readHead } from './head.ts';
import { type HostView, hostView } from './host-view.ts';

/** Looks at paths (byte strings), in slices. `eyes`: whether ours decide or those of the host's programs. */
export type LookAtPrograms = (
  paths: readonly string[],
  eyes: 'ours' | 'host',
) => Promise<ReadonlyMap<string, Sight>>;

/** A heal waits for one slice at most. */
const sliceMs = 1;
/** With more, all are read again. */
const mostHeads = 4096;

/** Makes looks which read the beginning of a file once, and again where it was changed. */
export function createProgramLooks(): LookAtPrograms {
  const heads = new Map<string, Head>();
  let turns = 0;
  const headOf = (path: string, version: string): Head | null => {
    const known = heads.get(version);
    if (known !== undefined) return known;
    const head = readHead(path);
    if (heads.size >= mostHeads) heads.clear();
    if (head !== null) heads.set(version, head);
    return head;
  };
  return async (paths, eyes) => {
    const view = eyes === 'host' ? hostView() : null;
    const sights = new Map<string, Sight>();
    const far = new Map<string, string>();
    const places = newPlaces();
    let until = performance.now() + sliceMs;
    for (const path of new Set(paths)) {
      const sight = near(path, { places, view }, headOf);
      if ('away' in sight) far.set(path, sight.away);
      else sights.set(path, sight);
      if (performance.now() < until) continue;
      await turn();
      until = performance.now() + sliceMs;
    }
    for (const [path, found] of await lookFar(far, turns++))
      sights.set(path, 'kind' in found ? found : sightOf(path, found, { places, view }, found));
    return sights;
  };
}

/** What is found without waiting for anything, or the place from which on nobody knows that. */
function near(
  path: string,
  at: Course,
  headOf: (path: string, version: string) => Head | null,
): Sight | { readonly away: string } {
  if (!path.startsWith('/'))
    return { kind: 'unseen', why: `${textOf(path)} is looked for in the directory of whoever executes` };
  const followed = follow(path, at.places);
  if (followed.kind === 'hidden') return { kind: 'unseen', why: followed.why };
  if (isElsewhere(followed.at, at)) return elsewhere(path);
  if (followed.kind === 'away') return { away: followed.at };
  if (followed.kind === 'gone') return { kind: 'gone', why: followed.why };
  const found = foundAt(followed);
  const head = found.regular ? headOf(found.at, found.version) : null;
  return sightOf(path, found, at, head);
}

/** What holds for one look. */
interface Course {
  readonly places: Places;
  readonly view: HostView;
}

function isElsewhere(path: string, { places, view }: Course): boolean {
  return view?.(mountedAt(path, places)) === false;
}

function elsewhere(path: string): Sight {
  return { kind: 'unseen', why: `what the host has at ${textOf(path)} cannot be seen from here` };
}

function foundAt({ at, found }: Followed & { readonly kind: 'there' }): Found {
  const { dev, ino, mode, birthtimeMs, ctimeNs, mtimeNs, size } = found;
  return {
    at,
    regular: found.isFile(),
    mode: Number(mode),
    dev: Number(dev),
    ino: Number(ino),
    bornMs: birthtimeMs === 0n ? null : Number(birthtimeMs),
    version: `${dev}:${ino} ${size} ${mtimeNs} ${ctimeNs}`,
  };
}

/** A file that may not be read may be executed all the same: then nothing is known of what it is. */
function sightOf(path: string, found: Found, course: Course, head: Head | null): Sight {
  if (isElsewhere(found.at, course)) return elsewhere(path);
  const barred = barOf(found, course.places);
  if (barred === null && head === null) return { kind: 'unseen', why: `${textOf(found.at)} cannot be read` };
  const asks = head && asksOf(head);
  const { dev, ino, bornMs, version } = found;
  const lacks = asks === null ? null : lackOf(found.at, asks, course.places);
  return { kind: 'file', dev, ino, bornMs, version, barred, head: head?.bytes ?? new Uint8Array(), lacks };
}

function barOf({ at, regular, mode }: Found, places: Places): Extract<Sight, { kind: 'file' }>['barred'] {
  const path = textOf(at);
  if (!regular) return { by: 'mode', why: `${path} is no regular file` };
  if ((mode & 0o111) === 0) return { by: 'mode', why: `${path} has no execute permission` };
  const point = noexecMount(textOf(mountedAt(at, places)));
  return point === null
    ? null
    : {
        by: 'mount',
        why: `${path} lies on ${textOf(point)}, which is mounted noexec`,
        mountPoint: point,
      };
}

/** What a program asks for is looked at only where nothing can hang. */
function lackOf(path: string, asks: string, places: Places): string | null {
  if (!asks.startsWith('/')) return null;
  const way = follow(asks, places);
  return way.kind === 'gone' ? `${textOf(path)} asks for ${textOf(asks)}, and ${way.why}` : null;
}
