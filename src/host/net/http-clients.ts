import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { errnoOf } from '../system/errno.ts';

/** What a client is at. */
export type HttpState = 'asking' | 'answered' | 'following' | 'leaving';

/** Who is connected, bounded in number and time whatever they do. */
export interface HttpClients {
  /** A new connection, for which another one makes room where there is none. */
  admit(client: Socket): void;
  /** It goes on to something else, for which its time begins anew. */
  becomes(client: Socket, state: HttpState): void;
  /** Drops everybody. */
  close(): void;
}

/**
 * How long each may take, milliseconds: a request to arrive and a silent connection to go on; an answer to be handed
 * over; who leaves to have read it.
 */
const patienceMs: Readonly<Record<HttpState, number>> = {
  asking: 5000,
  answered: 10_000,
  following: Number.POSITIVE_INFINITY,
  leaving: 10_000,
};
const sweepMs = 1000;

/**
 * Who makes room first: who asks nothing, or has its answer; who does not take its answer, or waits for it longest,
 * since a probe has its own at once; a page, which comes back by itself.
 */
const leastMissed: readonly (readonly HttpState[])[] = [['asking', 'leaving'], ['answered'], ['following']];

interface Client {
  readonly state: HttpState;
  /** `performance.now()` at which it is dropped. */
  readonly until: number;
}

/**
 * Nobody yet, later so many at most. Where all places are taken, whoever has been at the same thing for the longest time
 * makes room: so a thousand slow clients do not shut out the probe of a supervisor, which asks at once. There is a timer
 * only while there are clients.
 */
export function createClients(mostClients: number): HttpClients {
  /** In the order in which they began what they are at. */
  const clients = new Map<Socket, Client>();
  let sweeper: NodeJS.Timeout | null = null;
  const sweep = (): void => {
    const now = performance.now();
    for (const [socket, client] of clients) if (client.until <= now) socket.destroy();
    // Nobody is told of an accept(2) that failed for this (libuv 1.52), and the next repair would fail too.
    if (lacksDescriptors()) drop(mostClients, ['asking', 'leaving']);
  };
  const forget = (socket: Socket): void => {
    clients.delete(socket);
    if (clients.size > 0 || sweeper === null) return;
    clearInterval(sweeper);
    sweeper = null;
  };
  const drop = (most: number, states: readonly HttpState[]): number => {
    let dropped = 0;
    for (const [socket, { state }] of clients) {
      if (dropped >= most) break;
      if (!states.includes(state)) continue;
      socket.destroy();
      forget(socket);
      dropped += 1;
    }
    return dropped;
  };
  return {
    admit(socket) {
      if (clients.size >= mostClients) leastMissed.some((states) => drop(1, states) > 0);
      clients.set(socket, { state: 'asking', until: performance.now() + patienceMs.asking });
      socket.once('close', () => forget(socket));
      sweeper ??= setInterval(sweep, sweepMs).unref();
    },
    becomes(socket, state) {
      if (!clients.delete(socket)) return;
      clients.set(socket, { state, until: performance.now() + patienceMs[state] });
    },
    close() {
      for (const socket of clients.keys()) socket.destroy();
    },
  };
}

function lacksDescriptors(): boolean {
  try {
    closeSync(openSync('/', 'r'));
    return false;
  } catch (error) {
    return ['EMFILE', 'ENFILE'].includes(errnoOf(error));
  }
}
