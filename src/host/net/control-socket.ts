import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdtemp, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Outcome } from '../../core/outcome.ts';
import { inspectRunDirectory, prepareRunDirectory } from '../files/run-directory.ts';
import { failure } from '../system/errno.ts';

/** Name of the socket in the run directory. */
const socketName = 'control.sock';

/** A socket that listens in a run directory. */
export interface ControlSocket {
  /** Whether our socket still lies there, and only we decide about that: somebody may have removed or replaced it. */
  inPlace(): Promise<boolean>;
  /** Stops listening and takes the socket away, unless it is another one by now. */
  close(): Promise<void>;
}

/**
 * Listens in the run directory, mode 0600: only root can connect, and nothing else is asked of who does. The socket is
 * made in a directory that nobody else may enter and renamed into place once its mode is right: so it is never
 * reachable with another mode, and one that a dead daemon left is replaced in the same step. Call it as holder of the
 * instance's lock only, since it takes the place of whatever socket lies there.
 */
export async function listenControl(
  dir: string,
  onConnection: (socket: Socket) => void,
): Promise<{ readonly ok: true; readonly socket: ControlSocket } | (Outcome & { readonly ok: false })> {
  const trusted = await prepareRunDirectory(dir);
  if (!trusted.ok) return trusted;
  const path = join(dir, socketName);
  let nest: string | null = null;
  let handle: FileHandle | null = null;
  let server: Server | null = null;
  try {
    await removeNests(dir);
    // mkdtemp(3) makes it 0700. Not by node:crypto, which would cost `health` 2.5 MB.
    nest = await mkdtemp(join(dir, '.control.'));
    handle = await open(nest, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    // By the descriptor: a socket's address holds 107 bytes, a configured directory may be longer.
    server = await listen(`/proc/self/fd/${handle.fd}/s`, onConnection);
    await chmod(join(nest, 's'), 0o600);
    const { ino } = await lstat(join(nest, 's'));
    await rename(join(nest, 's'), path);
    return { ok: true, socket: controlSocket(server, handle, path, ino, nest) };
  } catch (error) {
    server?.close();
    await handle?.close();
    return failure(`listen at ${path}`, error);
  } finally {
    if (nest !== null) await rm(nest, { recursive: true, force: true }).catch(() => {});
  }
}

/** Connects to the daemon of a run directory. ENOENT or ECONNREFUSED where none listens there. */
export async function connectControl(
  dir: string,
): Promise<{ readonly ok: true; readonly socket: Socket } | (Outcome & { readonly ok: false })> {
  // What answers in a directory of somebody else is not our daemon: it never listens there.
  const trusted = await inspectRunDirectory(dir);
  if (!trusted.ok) return { ...trusted, code: trusted.code === 'EACCES' ? 'EACCES' : 'ENOENT' };
  let handle: FileHandle | null = null;
  try {
    handle = await open(dir, constants.O_RDONLY | constants.O_DIRECTORY);
    return { ok: true, socket: await connect(`/proc/self/fd/${handle.fd}/${socketName}`) };
  } catch (error) {
    return failure(`connect to ${join(dir, socketName)}`, error);
  } finally {
    await handle?.close();
  }
}

function listen(path: string, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      // accept(2) may fail for lack of descriptors: then a client waits or goes, the daemon stays
      server.on('error', () => {});
      resolve(server);
    });
  });
}

function controlSocket(
  server: Server,
  handle: FileHandle,
  path: string,
  ino: number,
  nest: string,
): ControlSocket {
  const inPlace = async (): Promise<boolean> => {
    const trusted = await inspectRunDirectory(dirname(path));
    if (!trusted.ok) return false;
    const found = await lstat(path).catch(() => null);
    return found?.ino === ino && found.isSocket();
  };
  return {
    inPlace,
    async close() {
      if (await inPlace()) await unlink(path).catch(() => {});
      server.close();
      // Node unlinks the path that it bound, through this descriptor: closed only now, its number cannot mean another one
      await handle.close();
      await rm(nest, { recursive: true, force: true }).catch(() => {});
    },
  };
}

/** What a daemon left that was killed while it opened its socket; only one at a time, the lock's holder, opens any. */
async function removeNests(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (/^\.control\.[0-9A-Za-z]{6,12}$/.test(name))
      await rm(join(dir, name), { recursive: true, force: true });
  }
}

function connect(path: string): Promise<Socket> {
  const socket = createConnection({ path });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Whether an outcome of `connectControl` means that no daemon listens. */
export function nobodyListens(code: string): boolean {
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}
