import type { Socket } from 'node:net';

/** What a client is at. */
export type HttpState = 'asking' | 'answered' | 'following' | 'leaving';

/** Who is connected, bounded in number and time whatever they do. */
export interface HttpClients {
  /** A new connection; false where there is no place for it. */
  admit(client: Socket): boolean;
  /** It goes on to something else, for which its time begins anew. */
  becomes(client: Socket, state: HttpState): void;
  /** Drops everybody who asks: descriptors are wanted for something better. */
  relieve(): void;
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

interface Client {
  state: HttpState;
  /** `performance.now()` at which it is dropped. */
  until: number;
}

/**
 * Nobody yet, later so many at most. Where all places are taken, whoever has been asking for the longest time makes room: so a thousand slow
 * clients do not shut out the probe of a supervisor, which asks at once. There is a timer only while there are clients.
 */
export function createClients(mostClients: number): HttpClients {
  const clients = new Map<Socket, Client>();
  let sweeper: NodeJS.Timeout | null = null;
  const sweep = (): void => {
    const now = performance.now();
    for (const [socket, client] of clients) if (client.until <= now) socket.destroy();
  };
  const forget = (socket: Socket): void => {
    clients.delete(socket);
    if (clients.size > 0 || sweeper === null) return;
    clearInterval(sweeper);
    sweeper = null;
  };
  const drop = (most: number): number => {
    let dropped = 0;
    for (const [socket, { state }] of clients) {
      if (dropped >= most) break;
      if (state === 'following' || state === 'answered') continue;
      socket.destroy();
      forget(socket);
      dropped += 1;
    }
    return dropped;
  };
  return {
    admit(socket) {
      if (clients.size >= mostClients && drop(1) === 0) return false;
      clients.set(socket, { state: 'asking', until: performance.now() + patienceMs.asking });
      socket.once('close', () => forget(socket));
      sweeper ??= setInterval(sweep, sweepMs).unref();
      return true;
    },
    becomes(socket, state) {
      const client = clients.get(socket);
      if (client === undefined) return;
      client.state = state;
      client.until = performance.now() + patienceMs[state];
    },
    relieve: () => void drop(mostClients),
    close() {
      for (const socket of clients.keys()) socket.destroy();
    },
  };
}
