import type { Socket } from 'node:net';
import { type ControlAnswer, controlError, printAnswer } from '../../core/wire/control.ts';
import { readRequest } from './read-request.ts';

/** Who is connected to the control socket: bounded in number, and nobody is waited for without end. */
export interface Clients {
  /** Reads a client's request, or turns it away. */
  serve(client: Socket): void;
  /** From now on everybody is turned away. */
  rest(): void;
  /** Cuts everybody off. */
  close(): void;
}

const mostClients = 32;
const farewellMs = 1000;

/** Nobody is connected yet; `asked` gets the one line that a client sent within `patienceMs`. */
export function createClients(patienceMs: number, asked: (client: Socket, line: string) => void): Clients {
  const clients = new Set<Socket>();
  const leaving = new Set<Socket>();
  let resting = false;

  /** Says why and reads no more. A while later it closes: a request still under way would else cost the answer (EPIPE). */
  const turnAway = (client: Socket, why: ControlAnswer): void => {
    client.pause();
    client.end(printAnswer(why));
    if (leaving.size >= mostClients) client.destroySoon();
    const timer = setTimeout(() => client.destroy(), farewellMs);
    leaving.add(client);
    client.on('close', () => {
      clearTimeout(timer);
      leaving.delete(client);
    });
  };

  const welcome = (client: Socket): void => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    readRequest(client, patienceMs, (what) => {
      if ('line' in what) asked(client, what.line);
      else turnAway(client, what.refusal);
    });
  };

  return {
    serve(client) {
      client.on('error', () => {}); // whoever asked went away
      const refusal = resting
        ? controlError('stopping', 'the daemon is about to end')
        : clients.size >= mostClients
          ? controlError('busy', `${mostClients} clients are being served`)
          : null;
      if (refusal === null) welcome(client);
      else turnAway(client, refusal);
    },
    rest() {
      resting = true;
    },
    close() {
      for (const client of [...clients, ...leaving]) client.destroy();
    },
  };
}
