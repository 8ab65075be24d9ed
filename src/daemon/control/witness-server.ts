import type { Socket } from 'node:net';
import { inTurn } from '../../core/in-turn.ts';
import type { Logger } from '../../core/logger.ts';
import { parseMessage, printAcknowledgement } from '../../core/witness/message.ts';
import { isOrdinaryDomain } from '../../core/witness/trust.ts';
import type { WitnessResult } from '../../core/witness/witness.ts';
import type { WitnessListener } from '../../host/net/facet.ts';
import type { WitnessClient } from '../../host/net/witness-socket.ts';
import { createFloodGate } from './flood-gate.ts';
import { type Received, readMessage } from './read-message.ts';

/** What the socket of witnesses serves. */
export interface WitnessServerParts {
  readonly machine: WitnessListener;
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

/** A server that does not listen yet. Whatever clients do is bounded in number, size, time and rate. */
export function createWitnessServer(parts: WitnessServerParts): WitnessServer {
  const { machine, dir, logger, patienceMs = patience } = parts;
  const clients = new Set<Socket>();
  let socket: { inPlace(): Promise<boolean>; close(): Promise<void> } | null = null;
  let openFor = '';
  const queue = inTurn();
  let closed = false;

  const shut = async (): Promise<void> => {
    const before = socket;
    socket = null;
    for (const client of clients) client.destroy();
    await before?.close();
  };

  const listen = async (): Promise<void> => {
    const owner = parts.owner();
    if (closed || gate.isShut()) return;
    if (socket !== null && openFor === owner && (await socket.inPlace())) return;
    await shut();
    const opened = await machine.listenWitness(dir, owner, welcome);
    parts.problem(opened.ok ? null : opened.message);
    if (!opened.ok) return;
    socket = opened.socket;
    openFor = owner;
  };

  const gate = createFloodGate((mostASecond, shutMs) => {
    logger.warn(
      { event: 'witness-flood' },
      `more than ${mostASecond} connections of witnesses within a second; none is let in for ${shutMs / 1000} s`,
    );
    void queue(shut);
    setTimeout(() => void queue(listen), shutMs + 10).unref();
  });

  const welcome = ({ socket: client, label }: WitnessClient): void => {
    client.on('error', () => {}); // whoever told us went away
    if (closed || gate.floods() || clients.size >= mostClients) return void client.destroy();
    clients.add(client);
    client.on('close', () => clients.delete(client));
    readMessage(client, patienceMs, (what) => client.end(hear(parts, what, label)));
  };

  return {
    mend: () => queue(listen),
    async close() {
      closed = true;
      await queue(shut).catch(() => {});
    },
  };
}

/** Takes what an ordinary process told; the acknowledgement says why nothing was taken. */
function hear({ take, logger }: WitnessServerParts, what: Received, label: WitnessClient['label']): string {
  const parsed = 'line' in what ? parseMessage(what.line) : { ok: false as const, why: what.refusal };
  const ordinary = isOrdinaryDomain(label);
  if (parsed.ok && ordinary) take(parsed.results);
  const why = parsed.ok ? (ordinary ? null : 'privileged') : parsed.why;
  if (why !== null) logger.debug({ event: 'witness-refused', why, label }, 'a witness was not believed');
  return printAcknowledgement(why);
}
