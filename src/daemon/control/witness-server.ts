import type { Socket } from 'node:net';
import type { Logger } from '../../core/logger.ts';
import {
  largestMessage,
  parseMessage,
  printAcknowledgement,
  type WitnessRefusal,
} from '../../core/witness/message.ts';
import { isOrdinaryDomain } from '../../core/witness/trust.ts';
import type { WitnessResult } from '../../core/witness/witness.ts';
import type { Machine } from '../../host/machine.ts';
import type { WitnessClient } from '../../host/net/witness-socket.ts';

/** What the socket of witnesses serves. */
export interface WitnessServerParts {
  readonly machine: Pick<Machine, 'listenWitness'>;
  readonly dir: string;
  readonly logger: Logger;
  /** Who may connect beside us, as `readiness.witnessOwner` says; read at each try. */
  readonly owner: () => string;
  readonly take: (results: readonly WitnessResult[]) => void;
  /** Raises why there is no socket, or takes it back. */
  readonly problem: (detail: string | null) => void;
  readonly patienceMs?: number;
}

/** The keeper's end: it takes results and nothing else, and tells nothing. */
export interface WitnessServer {
  /** Opens the socket where it is not, or not for whom the configuration names. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

const mostClients = 8;
const patience = 2000;
/** So many connections within a second are no witnesses: the door is shut for a while, which costs us nothing. */
const mostASecond = 50;
const shutMs = 5000;

/** A server that does not listen yet. Whatever clients do is bounded in number, size, time and rate. */
export function createWitnessServer(parts: WitnessServerParts): WitnessServer {
  const { machine, dir, logger, patienceMs = patience } = parts;
  const clients = new Set<Socket>();
  let socket: { inPlace(): Promise<boolean>; close(): Promise<void> } | null = null;
  let openFor = '';
  let shutUntil = 0;
  let counted = { since: 0, count: 0 };
  let working: Promise<void> = Promise.resolve();
  let closed = false;

  const shut = async (): Promise<void> => {
    const before = socket;
    socket = null;
    for (const client of clients) client.destroy();
    await before?.close();
  };

  const listen = async (): Promise<void> => {
    const owner = parts.owner();
    if (closed || performance.now() < shutUntil) return;
    if (socket !== null && openFor === owner && (await socket.inPlace())) return;
    await shut();
    const opened = await machine.listenWitness(dir, owner, welcome);
    parts.problem(opened.ok ? null : opened.message);
    if (!opened.ok) return;
    socket = opened.socket;
    openFor = owner;
  };

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    working = working.catch(() => {}).then(work);
    return working;
  };

  const floods = (): boolean => {
    const now = performance.now();
    if (now - counted.since > 1000) counted = { since: now, count: 0 };
    counted.count += 1;
    if (counted.count <= mostASecond) return false;
    if (now >= shutUntil) {
      shutUntil = now + shutMs;
      logger.warn(
        { event: 'witness-flood' },
        `more than ${mostASecond} connections of witnesses within a second; none is let in for ${shutMs / 1000} s`,
      );
      void inTurn(shut);
      setTimeout(() => void inTurn(listen), shutMs + 10).unref();
    }
    return true;
  };

  const welcome = ({ socket: client, label }: WitnessClient): void => {
    client.on('error', () => {}); // whoever told us went away
    if (closed || floods() || clients.size >= mostClients) return void client.destroy();
    clients.add(client);
    client.on('close', () => clients.delete(client));
    readMessage(client, patienceMs, (what) => {
      const parsed = 'line' in what ? parseMessage(what.line) : { ok: false as const, why: what.refusal };
      const ordinary = isOrdinaryDomain(label);
      if (parsed.ok && ordinary) parts.take(parsed.results);
      const why = parsed.ok ? (ordinary ? null : 'privileged') : parsed.why;
      if (why !== null) logger.debug({ event: 'witness-refused', why, label }, 'a witness was not believed');
      client.end(printAcknowledgement(why));
    });
  };

  return {
    mend: () => inTurn(listen),
    async close() {
      closed = true;
      await inTurn(shut).catch(() => {});
    },
  };
}

type Received = { readonly line: string } | { readonly refusal: WitnessRefusal };

/** Reads one line, bounded in size and time, then no more; the connection ends soon whatever the other side does. */
function readMessage(client: Socket, patienceMs: number, received: (what: Received) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let done = false;
  const settle = (what: Received): void => {
    if (done) return;
    done = true;
    client.pause();
    received(what);
  };
  const slow = setTimeout(() => settle({ refusal: 'too-slow' }), patienceMs);
  const end = setTimeout(() => client.destroy(), patienceMs + 500);
  client.on('close', () => {
    clearTimeout(slow);
    clearTimeout(end);
  });
  client.on('finish', () => client.destroySoon());
  client.on('data', (chunk: Buffer) => {
    if (done) return;
    const at = chunk.indexOf(10);
    size += at === -1 ? chunk.length : at;
    if (size > largestMessage) return settle({ refusal: 'too-large' });
    chunks.push(at === -1 ? chunk : chunk.subarray(0, at));
    if (at !== -1)
      settle(
        at === chunk.length - 1
          ? { line: Buffer.concat(chunks).toString('utf8') }
          : { refusal: 'bad-message' },
      );
  });
  client.on('end', () => settle({ refusal: 'bad-message' }));
}
