import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Outcome } from '../../core/outcome.ts';
import { inspectRunDirectory } from '../files/run-directory.ts';
import { failure } from '../system/errno.ts';
import { placeSocket, startListening } from './placed-socket.ts';

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
 * Listens in the run directory, mode 0600: only root can connect, and nothing else is asked of who does. Call it as
 * holder of the instance's lock only, since it takes the place of whatever lies there.
 */
export async function listenControl(
  dir: string,
  onConnection: (socket: Socket) => void,
): Promise<{ readonly ok: true; readonly socket: ControlSocket } | (Outcome & { readonly ok: false })> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  const rights = { mode: '0600', owner: '' };
  const listen = (path: string): Promise<void> => startListening(server, { path });
  const placed = await placeSocket(join(dir, socketName), rights, listen, 'any');
  if (!placed.ok) {
    server.close();
    return placed;
  }
  const close = async (): Promise<void> => {
    server.close();
    await placed.file.remove();
  };
  return { ok: true, socket: { inPlace: placed.file.inPlace, close } };
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
