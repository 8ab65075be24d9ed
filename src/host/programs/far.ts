import type { Sight } from '../../core/entries/sight.ts';
import { bytesOf, textOf } from '../../core/kernel/bytes.ts';
import { runChild } from '../system/child.ts';
import { recentMountOf } from '../system/mount-table.ts';
import { lacksRoom } from '../system/shortage.ts';
import type { Head } from './head.ts';

/** A file as it was found, whoever looked. */
export interface Found {
  /** Without symlinks. */
  readonly at: string;
  readonly regular: boolean;
  readonly mode: number;
  readonly dev: number;
  readonly ino: number;
  readonly bornMs: number | null;
  readonly version: string;
}

/** For all files of one file system together. */
const limitMs = 2000;
/** Of one file system in one look; the next look goes on with the others. */
const mostFiles = 64;
const mostAtOnce = 4;

/**
 * Looks at paths that leave the file systems known to answer at once, each with the place where it leaves them. A child does all
 * of it, one for each file system, so that nothing of this process ever waits there. `turn` counts the looks.
 */
export async function lookFar(
  paths: ReadonlyMap<string, string>,
  turn: number,
): Promise<ReadonlyMap<string, Sight | (Found & Head)>> {
  const groups = new Map<number, string[]>();
  for (const [path, at] of paths) {
    const id = recentMountOf(at)?.id ?? 0;
    groups.set(id, [...(groups.get(id) ?? []), path]);
  }
  const all = [...groups.values()];
  const found: [string, Sight | (Found & Head)][] = [];
  for (let at = 0; at < all.length; at += mostAtOnce)
    found.push(
      ...(
        await Promise.all(
          all.slice(at, at + mostAtOnce).map((one) => {
            const mount = recentMountOf(paths.get(one[0] ?? '') ?? '/');
            return lookTogether(one, turn, mount?.mountPoint ?? '/');
          }),
        )
      ).flat(),
    );
  return new Map(found);
}

/** Prints three lines for each file: what stat(1) says, where the path leads, and its first bytes. */
const script = `for f; do
stat -L -c '%d %i %f %Y %Z %s' -- "$f" 2>/dev/null || { test -e "$f" && echo hidden || echo gone; }
readlink -f -- "$f" || echo
if test -f "$f"; then head -c 256 -- "$f" 2>/dev/null | od -An -v -tx1 | tr -d ' \\n'; fi
echo
done`;

async function lookTogether(
  paths: readonly string[],
  turn: number,
  mountPoint: string,
): Promise<[string, Sight | (Found & Head)][]> {
  const asked = rotated(paths, (turn * mostFiles) % paths.length).slice(0, mostFiles);
  const result = await runChild('sh', ['-c', script, 'sh', ...asked.map(textOf)], { timeoutMs: limitMs });
  const untried = (why: string): Sight => ({ kind: 'unseen', why });
  if (result.spawnError !== undefined || (!result.timedOut && result.status !== 0)) {
    const why = lacksRoom(result.spawnError)
      ? 'the host has no room for one more process'
      : 'it could not be tried';
    return asked.map((path) => [path, untried(why)]);
  }
  const lines = result.stdout.split('\n');
  // One that hangs hangs for all.
  const told = result.timedOut ? rotated(paths, paths.indexOf(asked[0] ?? '')) : asked;
  return told.map((path, i) => {
    const [stat, at, head] = lines.slice(3 * i, 3 * i + 3);
    // Its last line ends with the next one begun.
    if (stat === undefined || at === undefined || head === undefined || lines.length < 3 * i + 4)
      return [
        path,
        { kind: 'hung', why: `${textOf(path)} does not answer within ${limitMs / 1000} s`, mountPoint },
      ];
    return [path, read(path, stat, at, head)];
  });
}

function rotated(paths: readonly string[], from: number): readonly string[] {
  return [...paths.slice(from), ...paths.slice(0, from)];
}

function read(path: string, stat: string, at: string, head: string): Sight | (Found & Head) {
  if (stat === 'gone') return { kind: 'gone', why: `${textOf(path)} does not exist` };
  const [dev = '', ino = '', mode = '', ...times] = stat.split(' ');
  if (times.length !== 3) return { kind: 'unseen', why: `${textOf(path)} cannot be looked at` };
  const type = Number.parseInt(mode, 16);
  return {
    at: bytesOf(at),
    regular: (type & 0o170000) === 0o100000,
    mode: type,
    dev: Number(dev),
    ino: Number(ino),
    bornMs: null,
    version: `${dev}:${ino} ${times.join(' ')}`,
    bytes: new Uint8Array(Buffer.from(head, 'hex')),
    loader: null,
  };
}
