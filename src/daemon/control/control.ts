import type { Logger } from '../../core/logger.ts';
import type { Report } from '../../core/report/report.ts';
import type { ControlListener } from '../../host/net/facet.ts';
import { answerRequest } from './answer-request.ts';
import { createClients } from './clients.ts';
import type { CarryOut } from './orders.ts';
import { createWatchers } from './watchers.ts';

/** What the control socket serves. */
export interface ControlParts {
  readonly machine: ControlListener;
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

const patience = 5000;

/** A control socket that does not listen yet. Whatever clients do is bounded in time and memory and stops nothing else. */
export function createControl(parts: ControlParts): Control {
  const { machine, dir, logger, carryOut, started, patienceMs = patience } = parts;
  const watchers = createWatchers(parts.report, logger);
  const answering = { logger, carryOut, started, watch: watchers.add, patienceMs };
  const clients = createClients(patienceMs, (client, line) => void answerRequest(answering, client, line));
  let socket: { inPlace(): Promise<boolean>; close(): Promise<void> } | null = null;
  let mending: Promise<void> | null = null;
  let closed = false;

  const listen = async (): Promise<void> => {
    if (closed || (socket !== null && (await socket.inPlace()))) return;
    await socket?.close();
    socket = null;
    const opened = await machine.listenControl(dir, clients.serve);
    const untrusted = !opened.ok && opened.code === 'run-directory-untrusted';
    parts.problem('run-directory-untrusted', untrusted ? opened.message : null);
    parts.problem('control-unavailable', opened.ok || untrusted ? null : opened.message);
    if (opened.ok) socket = opened.socket;
  };

  return {
    mend() {
      mending ??= listen().finally(() => {
        mending = null;
      });
      return mending;
    },
    changed: watchers.changed,
    async close() {
      closed = true;
      clients.rest();
      watchers.close();
      await mending;
      clients.close();
      await socket?.close();
      socket = null;
    },
  };
}
