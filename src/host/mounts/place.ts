import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { parseMountinfo } from '../../core/kernel/mountinfo.ts';
import { runChild } from '../system/child.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { reach } from '../system/reach.ts';
import { couldNotTry } from '../system/shortage.ts';
import { hasHostInit, initialPid } from './namespaces.ts';

/**
 * Whether a path is there for us, and whether it is the same for pid 1: `elsewhere` means another file, or one of both
 * sees none; `unseen` that the host cannot be looked at from here.
 */
export interface Place {
  readonly here: boolean;
  readonly host: 'same' | 'elsewhere' | 'unseen';
  /** A sentence where it is not here, or not the same. */
  readonly why: string;
}

/**
 * Looks at a path with our eyes and with those of pid 1. With `F` the kernel opens our file and shows only the path:
 * where that is another file on the host, everybody who reads the entry there is misled, and a registration of the
 * same line by somebody else gets another interpreter. `hostPids`: the namespace whose pid 1 is the host's.
 */
export async function placeOf(path: string, hostPids = initialPid): Promise<Place> {
  const reached = await reach(path);
  if (!reached.ok) return { here: false, host: 'unseen', why: reached.message };
  const mine = await stat(path, { bigint: true }).catch(() => null);
  const here = mine !== null;
  const missing = `${path} does not exist`;
  const root = hasHostInit(hostPids) ? hostRoot() : 'unseen';
  if (root === 'ours') return { here, host: 'same', why: here ? '' : missing };
  if (root === 'unseen')
    return { here, host: 'unseen', why: here ? 'the host is not visible here' : missing };
  const theirs = await identityBelow(root, path);
  if (theirs === undefined)
    return { here, host: 'unseen', why: 'the host could not be looked at: no child could be started' };
  if (mine !== null && theirs === `${mine.dev} ${mine.ino}`) return { here, host: 'same', why: '' };
  if (mine === null) return { here, host: theirs === null ? 'same' : 'elsewhere', why: `${missing} here` };
  const why = theirs === null ? 'does not exist on the host' : 'is another file on the host';
  return { here, host: 'elsewhere', why: `${path} ${why}` };
}

/** Where the host's files are to be seen. Without rights over pid 1 its links cannot be read. */
function hostRoot(): 'ours' | 'unseen' | '/proc/1/root' {
  try {
    const [mine, theirs] = [statSync('/'), statSync('/proc/1/root/')];
    const sameRoot = mine.dev === theirs.dev && mine.ino === theirs.ino;
    const sameMounts = readlinkSync('/proc/self/ns/mnt') === readlinkSync('/proc/1/ns/mnt');
    return sameRoot && sameMounts ? 'ours' : '/proc/1/root';
  } catch {
    return 'unseen';
  }
}

/**
 * Whether a file lies in the image of the container that we run in, and not on a volume. In a container process ids are
 * our own, or process 1 has another root file system; its mount table may be read where its links may not.
 */
export function isOwnImage(path: string): boolean {
  const root = recentMountOf('/');
  if (root === null || recentMountOf(path)?.id !== root.id) return false;
  if (!hasHostInit()) return true;
  try {
    const theirs = parseMountinfo(readFileSync('/proc/1/mountinfo', 'latin1')).findLast(
      (m) => m.mountPoint === '/',
    );
    return theirs !== undefined && theirs.device !== root.device;
  } catch {
    return false;
  }
}

const mostLinks = 20;

/**
 * `DEV INO` of a path below another root, null where it leads nowhere, undefined where that cannot be tried. Symlinks are
 * followed by hand, because the kernel would take an absolute one from our own root; by a child, because that file
 * system may be one that hangs.
 */
async function identityBelow(root: string, path: string): Promise<string | null | undefined> {
  let rest = posix.resolve('/', path);
  for (let links = 0; links < mostLinks; links++) {
    const steps = stepsOf(rest);
    const asked = steps.map((step) => `${root}${step}`);
    const looked = await runChild('stat', ['-c', '%d %i %F', ...asked], { timeoutMs: 5000 });
    if (looked.spawnError !== undefined || couldNotTry(looked)) return undefined;
    const lines = looked.stdout.split('\n').filter((line) => line !== '');
    const at = lines.findIndex((line) => line.endsWith(' symbolic link'));
    if (at < 0) {
      const last = lines.length === steps.length ? lines.at(-1) : undefined;
      return /^\d+ \d+/.exec(last ?? '')?.[0] ?? null;
    }
    const link = steps[at] ?? '/';
    const target = await runChild('readlink', [`${root}${link}`], { timeoutMs: 5000 });
    if (target.spawnError !== undefined || couldNotTry(target)) return undefined;
    rest = posix.resolve(
      posix.dirname(link),
      target.stdout.replace(/\n$/, ''),
      `.${rest.slice(link.length)}`,
    );
  }
  return null;
}

/** `/a/b` as `/a` and `/a/b`. */
function stepsOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`);
}
