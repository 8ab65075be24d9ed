import pino, { type Logger } from 'pino';
import { escapeControls } from '../../core/text/escape.ts';
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
 * for good. `shape` may make something else of each line, such as one for people, or nothing.
 */
export function createLog(level: string, fd = 2, shape: (line: string) => string = escapeControls): Log {
  const writer = createLineWriter(fd, 1 << 20);
  const stream = {
    write: (line: string): void => {
      const text = shape(line);
      if (text !== '') writer.write(text);
    },
  };
  const logger = pino(
    {
      ...{ level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
      formatters: { level: (severity, number) => ({ level: number, severity }) },
    },
    stream,
  );
  return { logger, dropped: writer.dropped, settled: writer.settled };
}
