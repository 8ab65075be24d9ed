import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Outcome } from '../../core/outcome.ts';
import { prepareRunDirectory } from '../files/run-directory.ts';
import { failure } from '../system/errno.ts';
import type { Libc } from '../system/libc.ts';
import { placeSocket, startListening } from './placed-socket.ts';

/** Below the run directory: a directory of its own, so that a container can be given this and nothing else. */
const witnessDirectory = 'witness';
const socketName = 'witness.sock';

/** A witness that connected. */
export interface WitnessClient {
  readonly socket: Socket;
  /** Its SELinux label, as the kernel took it down; null where there is none or nobody tells. */
  readonly label: string | null;
}

/** The socket of witnesses while it listens. */
export interface WitnessSocket {
  inPlace(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Listens below the run directory. The kernel lets in whom the socket's mode lets in: our own user alone, or where an
 * `owner` is set that user and that group. Nothing is made where somebody else decides what the run directory is.
 */
export async function listenWitness(
  runDirectory: string,
  owner: string,
  libc: Libc | null,
  onConnection: (client: WitnessClient) => void,
): Promise<{ readonly ok: true; readonly socket: WitnessSocket } | (Outcome & { readonly ok: false })> {
  const trusted = await prepareRunDirectory(runDirectory);
  if (!trusted.ok) return trusted;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const fd: unknown = Reflect.get(Reflect.get(socket, '_handle') ?? {}, 'fd');
    onConnection({ socket, label: typeof fd === 'number' && fd >= 0 ? (libc?.peerLabel(fd) ?? null) : null });
  });
  const rights = { mode: owner.includes(':') ? '0660' : '0600', owner };
  const path = witnessPath(runDirectory);
  try {
    const placed = await placeSocket(path, rights, (at) => startListening(server, { path: at, backlog }));
    if (!placed.ok) {
      server.close();
      return placed;
    }
    const close = async (): Promise<void> => {
      server.close();
      await placed.file.remove();
    };
    return { ok: true, socket: { inPlace: placed.file.inPlace, close } };
  } catch (error) {
    server.close();
    return failure(`listen at ${path}`, error);
  }
}

/** Where the socket lies. */
export function witnessPath(runDirectory: string): string {
  return join(runDirectory, witnessDirectory, socketName);
}

/** Hands one line to the keeper that listens there and returns its answer; empty where none came. */
export function sendMessage(path: string, line: string, patienceMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    let answer = '';
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), patienceMs);
    socket.on('connect', () => socket.end(line));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer = (answer + text).slice(0, 1000);
    });
    // An answer that came before the other side closed counts.
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

/** A short queue: whoever floods it is refused by the kernel. */
const backlog = 16;
