import pino, { type Logger } from 'pino';
import { escapeControls } from '../core/escape.ts';
import { createLineWriter } from './line-writer.ts';

/** The keeper's logger, and how many lines were dropped because nobody read them. */
export interface Log {
  readonly logger: Logger;
  dropped(): number;
  /** Whether all is written by then, or given up; false where a write hangs. */
  settled(withinMs: number): Promise<boolean>;
}

/**
 * JSON lines on stderr, asynchronous and bounded at 1 MiB: a synchronous logger with an unread pipe stops the loop
 * for good. On a terminal the same lines are rendered for people.
 */
export function createLog(level: string, fd = 2, terminal = false): Log {
  const writer = createLineWriter(fd, 1 << 20);
  const shape = terminal ? forPeople : escapeControls;
  const stream = { write: (line: string) => writer.write(shape(line)) };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return { logger, dropped: writer.dropped, settled: writer.settled };
}

const names: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

function forPeople(line: string): string {
  const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  return `${clock} ${(names[Number(level)] ?? '').padEnd(5)} ${printable(String(msg))}${fields === '' ? '' : `  ${printable(fields)}`}\n`;
}

/** Names of entries are bytes and may hold control characters: none reaches a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
