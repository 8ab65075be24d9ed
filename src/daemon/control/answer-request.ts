import type { Socket } from 'node:net';
import type { Logger } from '../../core/logger.ts';
import { askedWords } from '../../core/report/log-words.ts';
import {
  type ControlAnswer,
  type ControlRequest,
  controlError,
  parseRequest,
  printAnswer,
} from '../../core/wire/control.ts';
import type { CarryOut } from './orders.ts';

/** What it takes to answer. */
export interface AnswerParts {
  readonly logger: Logger;
  readonly carryOut: CarryOut;
  /** Until then there is nothing to report: whoever asks waits. */
  readonly started: Promise<void>;
  readonly watch: (client: Socket) => void;
  /** How long an answer may take to be read, in milliseconds. */
  readonly patienceMs: number;
}

/** Does what a line asks for and answers it, whatever fails; who watches stays connected. */
export async function answerRequest(parts: AnswerParts, client: Socket, line: string): Promise<void> {
  const { logger, patienceMs } = parts;
  const parsed = parseRequest(line);
  if (!parsed.ok) return finish(client, parsed.error, patienceMs);
  const { request } = parsed;
  logger[isTold(request) ? 'info' : 'debug'](
    { event: 'asked', ...request },
    askedWords(request.type, 'targets' in request ? request.targets : []),
  );
  send(client, { type: 'progress', text: 'asked' });
  await parts.started;
  if (request.type === 'watch') return parts.watch(client);
  try {
    const last = await parts.carryOut(request, (text) => send(client, { type: 'progress', text }));
    finish(client, last, patienceMs);
  } catch (error) {
    logger.error({ err: error }, 'an order failed by a defect');
    const why = error instanceof Error ? error.message : String(error);
    finish(client, controlError('internal', why), patienceMs);
  }
}

/** What else is asked for changes nothing, or is told by what it leads to. */
function isTold({ type }: ControlRequest): boolean {
  return type === 'install' || type === 'uninstall';
}

/** Progress is worth nothing to a client that does not read. */
function send(client: Socket, answer: ControlAnswer): void {
  if (!client.destroyed && client.writableLength === 0) client.write(printAnswer(answer));
}

/** The last answer; the connection ends with the last byte read, or when nobody reads. */
function finish(client: Socket, last: ControlAnswer, patienceMs: number): void {
  if (client.destroyed) return;
  client.end(printAnswer(last));
  const timer = setTimeout(() => client.destroy(), patienceMs);
  client.on('close', () => clearTimeout(timer));
  client.on('finish', () => client.destroySoon());
}
