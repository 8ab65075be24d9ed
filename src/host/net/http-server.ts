import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { HttpAddress } from '../../core/config/http-address.ts';
import type { Outcome } from '../../core/outcome.ts';
import { failure } from '../system/errno.ts';
import { createClients } from './http-clients.ts';
import { type Serve, serveConnection } from './http-connection.ts';
import { placeSocket, type SocketFile, type SocketRights, startListening } from './placed-socket.ts';
import { portOwner } from './port-owner.ts';

/** Answers requests until it is closed. */
export interface HttpListener {
  /** Where it can be reached: `http://127.0.0.1:8676`, or `unix:/PATH`. */
  readonly at: string;
  /** Whether it can still be reached there: a socket's file can be removed. */
  inPlace(): Promise<boolean>;
  /** Stops at once, in the middle of answers too. */
  close(): Promise<void>;
}

/** Waiting for accept(2); whoever comes beyond them is let in a second later, when a supervisor has lost patience. */
const backlog = 511;

/**
 * Listens for HTTP/1. Errno as data: EADDRINUSE, EADDRNOTAVAIL, EACCES, `run-directory-untrusted` and so on. Not by
 * node:http, which costs 7.2 MB of memory over node:net.
 */
export async function listenHttp(
  address: HttpAddress,
  rights: SocketRights,
  serve: Serve,
): Promise<{ readonly ok: true; readonly listener: HttpListener } | (Outcome & { readonly ok: false })> {
  const clients = createClients(placesFor(descriptorLimit()));
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    clients.admit(socket);
    serveConnection(socket, clients, serve);
  });
  const listening = (at: string, file: SocketFile | null): { ok: true; listener: HttpListener } => ({
    ok: true,
    listener: {
      at,
      inPlace: () => file?.inPlace() ?? Promise.resolve(true),
      async close() {
        const closed = new Promise<void>((resolve) => {
          server.close(() => resolve());
        });
        clients.close();
        await closed;
        await file?.remove();
      },
    },
  });
  try {
    if (address.kind === 'unix') {
      const placed = await placeSocket(address.path, rights, (path) =>
        startListening(server, { path, backlog }),
      );
      if (placed.ok) return listening(`unix:${address.path}`, placed.file);
      server.close();
      return placed;
    }
    const { host, port } = address;
    await startListening(server, { host, port, backlog });
    return listening(`http://${host.includes(':') ? `[${host}]` : host}:${portOf(server) ?? port}`, null);
  } catch (error) {
    server.close();
    const failed = failure('listen', error);
    const owner =
      failed.code === 'EADDRINUSE' && address.kind === 'tcp' ? await portOwner(address.port) : null;
    return owner === null ? failed : { ...failed, message: `${failed.message}: uid ${owner} listens there` };
  }
}

/** So many descriptors are left for repairs, probes and deployment, however many connect. */
function placesFor(limit: number): number {
  return Math.max(4, Math.min(64, limit - 192));
}

/** The soft limit, which Node raises to the hard one at its start. */
function descriptorLimit(): number {
  try {
    const text = readFileSync('/proc/self/limits', 'latin1');
    return Number(/^Max open files\s+(\d+)/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function portOf(server: Server): number | null {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' ? (address?.port ?? null) : null;
}
