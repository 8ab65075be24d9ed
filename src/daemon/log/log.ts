import type { Logger } from '../../core/logger.ts';
import { escapeControls } from '../../core/text/escape.ts';
import { createJsonLines } from './json-lines.ts';
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
  const lines = createJsonLines(level, (line) => {
    const text = shape(line);
    if (text !== '') writer.write(text);
  });
  return {
    logger: lines.logger,
    dropped: writer.dropped,
    async settled(withinMs) {
      await lines.loaded();
      return writer.settled(withinMs);
    },
  };
}
