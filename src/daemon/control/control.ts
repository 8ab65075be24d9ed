import type { Socket } from 'node:net';
import type { Logger } from '../../core/logger.ts';
import { askedWords } from '../../core/report/log-words.ts';
import type { Report } from '../../core/report/report.ts';
import {
  type ControlAnswer,
  type ControlRequest,
  controlError,
  parseRequest,
  printAnswer,
} from '../../core/wire/control.ts';
import type { Machine } from '../../host/machine.ts';
import type { CarryOut } from './orders.ts';
import { readRequest } from './read-request.ts';

/** What the control socket serves. */
export interface ControlParts {
  readonly machine: Pick<Machine, 'listenControl'>;
  readonly dir: string;
  readonly logger: Logger;
  readonly carryOut: CarryOut;
  /** Until then there is nothing to report: whoever asks waits. */
  readonly started: Promise<void>;
  readonly report: () => Report;
  /** Raises why there is no socket, or takes it back. */
  readonly problem: (code: 'run-directory-untrusted' | 'control-unavailable', detail: string | null) => void;
  /** How long a request may take to arrive, and an answer to be read, in milliseconds. */
  readonly patienceMs?: number;
}

/** The daemon's end of the control socket. */
export interface Control {
  /** Opens the socket where it is not: at the start, and later when a remedy was applied or somebody removed it. */
  mend(): Promise<void>;
  /** The report changed: whoever watches gets the new one. */
  changed(): void;
  close(): Promise<void>;
}

const mostClients = 32;
const patience = 5000;
const farewellMs = 1000;
/** Whoever watches gets at most ten reports a second. */
const frameMs = 100;

/** A control socket that does not listen yet. Whatever clients do is bounded in time and memory and stops nothing else. */
export function createControl(parts: ControlParts): Control {
  const { machine, dir, logger } = parts;
  const clients = new Set<Socket>();
  const leaving = new Set<Socket>();
  const watchers = new Set<Watcher>();
  let socket: { inPlace(): Promise<boolean>; close(): Promise<void> } | null = null;
  let mending: Promise<void> | null = null;
  let frame: NodeJS.Timeout | null = null;
  let closed = false;

  const listen = async (): Promise<void> => {
    if (closed || (socket !== null && (await socket.inPlace()))) return;
    await socket?.close();
    socket = null;
    const opened = await machine.listenControl(dir, serve);
    const untrusted = !opened.ok && opened.code === 'run-directory-untrusted';
    parts.problem('run-directory-untrusted', untrusted ? opened.message : null);
    parts.problem('control-unavailable', opened.ok || untrusted ? null : opened.message);
    if (opened.ok) socket = opened.socket;
  };

  const serve = (client: Socket): void => {
    client.on('error', () => {}); // whoever asked went away
    const refusal = closed
      ? controlError('stopping', 'the daemon is about to end')
      : clients.size >= mostClients
        ? controlError('busy', `${mostClients} clients are being served`)
        : null;
    if (refusal === null) welcome(client);
    else turnAway(client, refusal);
  };

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
    readRequest(client, parts.patienceMs ?? patience, (what) => {
      if ('line' in what) void answer(client, what.line);
      else turnAway(client, what.refusal);
    });
  };

  const answer = async (client: Socket, line: string): Promise<void> => {
    const parsed = parseRequest(line);
    if (!parsed.ok) return finish(client, parsed.error);
    const { request } = parsed;
    logger[isTold(request) ? 'info' : 'debug'](
      { event: 'asked', ...request },
      askedWords(request.type, 'targets' in request ? request.targets : []),
    );
    send(client, { type: 'progress', text: 'asked' });
    await parts.started;
    if (request.type === 'watch') return watch(client);
    try {
      finish(client, await parts.carryOut(request, (text) => send(client, { type: 'progress', text })));
    } catch (error) {
      logger.error({ err: error }, 'an order failed by a defect');
      finish(client, controlError('internal', error instanceof Error ? error.message : String(error)));
    }
  };

  const watch = (client: Socket): void => {
    if (client.destroyed || client.readableEnded) return void client.destroy();
    const watcher: Watcher = { client, stale: false };
    watchers.add(watcher);
    client.on('close', () => watchers.delete(watcher));
    // with its own end the other side says that it has seen enough
    client.on('end', () => client.destroy());
    client.on('drain', () => {
      if (watcher.stale) showTo([watcher]);
    });
    showTo([watcher]);
  };

  /** A report needs a look at the entries, which may fail for lack of descriptors: then the next one is shown. */
  const showTo = (those: Iterable<Watcher>): void => {
    try {
      const text = frameOf(parts.report());
      for (const watcher of those) show(watcher, text);
    } catch (error) {
      logger.error({ err: error }, 'a report failed');
    }
  };

  const finish = (client: Socket, last: ControlAnswer): void => {
    if (client.destroyed) return;
    client.end(printAnswer(last));
    linger(client, parts.patienceMs ?? patience);
  };

  return {
    mend() {
      mending ??= listen().finally(() => {
        mending = null;
      });
      return mending;
    },
    changed() {
      if (watchers.size === 0 || frame !== null || closed) return;
      frame = setTimeout(() => {
        frame = null;
        showTo(watchers);
      }, frameMs);
    },
    async close() {
      closed = true;
      if (frame !== null) clearTimeout(frame);
      await mending;
      for (const client of [...clients, ...leaving]) client.destroy();
      await socket?.close();
      socket = null;
    },
  };
}

/** What else is asked for changes nothing, or is told by what it leads to. */
function isTold({ type }: ControlRequest): boolean {
  return type === 'install' || type === 'uninstall';
}

interface Watcher {
  readonly client: Socket;
  /** A report was left out because the one before it is not read yet. */
  stale: boolean;
}

/** One report at most waits in memory for a client that does not read; the ones between are dropped. */
function show(watcher: Watcher, text: string): void {
  watcher.stale = watcher.client.writableLength > 0;
  if (!watcher.stale) watcher.client.write(text);
}

function frameOf(report: Report): string {
  return printAnswer({ type: 'report', report, ok: report.ready });
}

/** Progress is worth nothing to a client that does not read. */
function send(client: Socket, answer: ControlAnswer): void {
  if (!client.destroyed && client.writableLength === 0) client.write(printAnswer(answer));
}

/** Ends with the last byte read, or when nobody reads. */
function linger(client: Socket, patienceMs: number): void {
  const timer = setTimeout(() => client.destroy(), patienceMs);
  client.on('close', () => clearTimeout(timer));
  client.on('finish', () => client.destroySoon());
}
