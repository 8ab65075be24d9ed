import { constants } from 'node:fs';
import {
  chmod,
  chown,
  type FileHandle,
  lstat,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  unlink,
} from 'node:fs/promises';
import { createConnection, type ListenOptions, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Outcome } from '../../core/outcome.ts';
import { ownerIds } from '../files/owner-ids.ts';
import { inspectRunDirectory, prepareRunDirectory } from '../files/run-directory.ts';
import { errnoOf, failure } from '../system/errno.ts';

/** Who may connect: `mode` in octal digits, `owner` as `user`, `user:group` or nothing. */
export interface SocketRights {
  readonly mode: string;
  readonly owner: string;
}

/** The file of a socket that listens. */
export interface SocketFile {
  /** Whether it still lies there. */
  inPlace(): Promise<boolean>;
  /** Takes it away, unless it is another one by now. */
  remove(): Promise<void>;
}

type Failure = Outcome & { readonly ok: false };

/**
 * Has a server listen at a path, in a directory where nobody else could put another socket. It is made in a directory
 * that nobody may enter and renamed into place once mode and owner are right, so that it is never reachable with others.
 * What a dead daemon left there is replaced in the same step; a socket on which somebody listens (EADDRINUSE) and any
 * other file (EEXIST) are not, unless the place is ours by a lock (`any`).
 */
export async function placeSocket(
  path: string,
  rights: SocketRights,
  listen: (path: string) => Promise<void>,
  replaces: 'dead' | 'any' = 'dead',
): Promise<{ readonly ok: true; readonly file: SocketFile } | Failure> {
  const dir = dirname(path);
  const trusted = await prepareRunDirectory(dir);
  if (!trusted.ok) return trusted;
  const owner = await ownerIds(rights.owner);
  if (!owner.ok) return owner;
  let nest: string | null = null;
  let handle: FileHandle | null = null;
  try {
    const taken = replaces === 'any' ? null : await occupant(path);
    if (taken !== null) return taken;
    await removeNests(dir, nestPrefix(path));
    // mkdtemp(3) makes it 0700. Not by node:crypto, which would cost `health` 2.5 MB.
    nest = await mkdtemp(join(dir, nestPrefix(path)));
    handle = await open(nest, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    // By the descriptor: a socket's address holds 107 bytes, and the nest's name is longer than the path.
    await listen(`/proc/self/fd/${handle.fd}/s`);
    const made = join(nest, 's');
    await chmod(made, Number.parseInt(rights.mode, 8));
    if (owner.uid !== -1 || owner.gid !== -1) await chown(made, owner.uid, owner.gid);
    const { ino } = await lstat(made);
    await rename(made, path);
    return { ok: true, file: socketFile(path, ino, handle, nest) };
  } catch (error) {
    await handle?.close();
    return failure(`listen at ${path}`, error);
  } finally {
    if (nest !== null) await rm(nest, { recursive: true, force: true }).catch(() => {});
  }
}

/** Has a server listen; a client that cannot be let in later, as for lack of descriptors, is no reason to end. */
export function startListening(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
}

function socketFile(path: string, ino: number, handle: FileHandle, nest: string): SocketFile {
  const inPlace = async (): Promise<boolean> => {
    if (!(await inspectRunDirectory(dirname(path))).ok) return false;
    const found = await lstat(path).catch(() => null);
    return found?.ino === ino && found.isSocket();
  };
  return {
    inPlace,
    async remove() {
      if (await inPlace()) await unlink(path).catch(() => {});
      // Node unlinked the path that it bound, through this descriptor: closed only now, its number cannot mean another one
      await handle.close();
      await rm(nest, { recursive: true, force: true }).catch(() => {});
    },
  };
}

function nestPrefix(path: string): string {
  return `.${basename(path).slice(0, 40)}.`;
}

/** What a daemon left that was killed while it opened its socket; nothing that holds anything else. */
async function removeNests(dir: string, prefix: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!name.startsWith(prefix) || !/^[0-9A-Za-z]{6}$/.test(name.slice(prefix.length))) continue;
    await unlink(join(dir, name, 's')).catch(() => {});
    await rmdir(join(dir, name)).catch(() => {});
  }
}

/** What keeps the place from being ours; null where there is nothing, or what a dead daemon left. */
async function occupant(path: string): Promise<Failure | null> {
  const found = await lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return null;
  if (!found.isSocket()) return { ok: false, code: 'EEXIST', message: `${path} exists and is no socket` };
  return (await isDead(path))
    ? null
    : { ok: false, code: 'EADDRINUSE', message: `somebody listens at ${path} already` };
}

/** Nobody listens any more; a queue that is full (EAGAIN) is somebody's. */
function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error) => resolve(errnoOf(error) === 'ECONNREFUSED'));
  });
}
