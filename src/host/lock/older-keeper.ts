import { lstatSync, opendirSync, readdirSync, readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { EntryId } from '../../core/kernel/entry.ts';
import { connectControl } from '../net/control-socket.ts';
import { deviceOf } from '../system/device.ts';

/** A keeper that locks the root of the instance alone, as those up to 0.1.0 do. */
export interface OlderKeeper {
  /** Where the lock was seen, below /proc; null where the keeper was found by its socket. */
  readonly at: string | null;
  /** The end of a sentence. */
  readonly said: string;
}

/**
 * Finds the keeper behind a lock on the instance's root, which any user may hold as well: a process that is root in
 * every respect and has the lock on a descriptor of its own, or a daemon that listens in our run directory, where only
 * root can. Pids in /proc/locks prove nothing: they may have been given to another process since. Null where it is
 * somebody else, or nobody that can be seen from here.
 */
export async function findOlderKeeper(
  root: EntryId,
  dir: string,
  last: OlderKeeper | null,
): Promise<OlderKeeper | null> {
  const file = fileName(root);
  if (last?.at != null && holdsLock(last.at, file)) return last;
  const connected = await connectControl(dir);
  if (connected.ok) {
    connected.socket.on('error', () => {}).destroy();
    return { at: null, said: `a daemon of an older version, which listens in ${dir}` };
  }
  const found = await findProcess(file, isRoot);
  return found && { at: found.at, said: `pid ${found.pid}, which holds the lock of older versions` };
}

/**
 * Who holds the lock on the root, as the end of a sentence: pids and ids, no names that somebody chose. We are on the
 * way up: a user with millions of descriptors is not worth more than a moment, and then stays unnamed.
 */
export async function describeRootHolder(root: EntryId): Promise<string> {
  const file = fileName(root);
  const pid = (await findProcess(file, () => true, namingMs))?.pid ?? saidToHold(file);
  const uid = pid && /^Uid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1];
  return uid ? `pid ${pid} of uid ${uid}` : 'a process that cannot be seen from here';
}

const namingMs = 250;
/** An older keeper has fewer descriptors. */
const mostDescriptors = 1024;

function saidToHold(file: string): string | null {
  const locks = read('/proc/locks').split('\n');
  const held = locks
    .map((line) => line.split(/\s+/))
    .find((words) => words[1] === 'FLOCK' && words[5] === file);
  return held?.[4] ?? null;
}

async function findProcess(
  file: string,
  isMeant: (pid: string) => boolean,
  limitMs = Number.POSITIVE_INFINITY,
): Promise<{ readonly pid: string; readonly at: string } | null> {
  let looked = 0;
  const end = performance.now() + limitMs;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    // Thousands of processes must not stop the loop.
    if (++looked % 200 === 0) await turn();
    if (performance.now() > end) return null;
    if (!isMeant(pid)) continue;
    const at = list(`/proc/${pid}/fdinfo`).find((path) => holdsLock(path, file));
    if (at !== undefined) return { pid, at };
  }
  return null;
}

/** A set-user-id program that somebody started has another real id, and may have inherited her descriptors. */
function isRoot(pid: string): boolean {
  try {
    if (lstatSync(`/proc/${pid}`).uid !== 0) return false;
  } catch {
    return false;
  }
  return /^Uid:\s+0\s+0\s+0\s+0$/m.test(read(`/proc/${pid}/status`));
}

/** Of all files in /proc about a descriptor this one never waits for the file system behind it. */
function holdsLock(fdinfo: string, file: string): boolean {
  return read(fdinfo)
    .split('\n')
    .some((line) => {
      const [label, , kind, , , , where] = line.split(/\s+/);
      return label === 'lock:' && kind === 'FLOCK' && where === file;
    });
}

/** `MAJOR:MINOR:INODE` as lists of locks have it. */
function fileName({ dev, ino }: EntryId): string {
  const { major, minor } = deviceOf(dev);
  const hex = (part: number): string => part.toString(16).padStart(2, '0');
  return `${hex(major)}:${hex(minor)}:${ino}`;
}

function list(path: string): string[] {
  const names: string[] = [];
  try {
    const dir = opendirSync(path);
    try {
      for (let next = dir.readSync(); next !== null && names.length < mostDescriptors; next = dir.readSync())
        names.push(`${path}/${next.name}`);
    } finally {
      dir.closeSync();
    }
  } catch {
    // it ended, or may not be looked at
  }
  return names;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
