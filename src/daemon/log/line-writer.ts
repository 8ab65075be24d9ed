import { write } from 'node:fs';

/** Lines on their way to a descriptor. */
export interface LineWriter {
  write(line: string): void;
  /** Lines that nobody will read: there was no room for them, or they could not be written. */
  dropped(): number;
  /** Whether all is written by then, or given up; false where a write hangs, which then also keeps `exit` from returning. */
  settled(withinMs: number): Promise<boolean>;
}

/** Whoever reads waits for this much at most, and a pipe of Linux has room for four. */
const chunk = 16 * 1024;
const retryMs = 100;

interface Lines {
  readonly bytes: Buffer;
  readonly lines: number;
}

/**
 * Writes lines one write after the other, without ever waiting: what does not fit into `limit` bytes is dropped and
 * counted, and so is what the system refuses (a full disk, a limit of the file's size, a reader that went away). Not
 * by sonic-boom: it writes what is left synchronously when the process ends, which a pipe that nobody reads never
 * lets it, and tries for ever what a full disk refuses.
 */
export function createLineWriter(fd: number, limit: number): LineWriter {
  const waiting: Lines[] = [];
  const idle = new Set<() => void>();
  let size = 0;
  let dropped = 0;
  let writing = false;

  const next = (): void => {
    const first = takeChunk(waiting);
    writing = first !== null;
    if (first !== null) put(first.bytes, first.lines);
    else for (const tell of idle) tell();
  };

  const put = (bytes: Buffer, lines: number): void => {
    write(fd, bytes, (error, count) => {
      // What is shared with a terminal may have been set not to wait by somebody else.
      if (error?.code === 'EAGAIN') return void setTimeout(() => put(bytes, lines), retryMs).unref();
      size -= error === null ? count : bytes.length;
      if (error === null && count < bytes.length) return put(bytes.subarray(count), lines);
      if (error !== null) dropped += lines;
      next();
    });
  };

  return {
    write(line) {
      const bytes = Buffer.from(line);
      if (size + bytes.length > limit) {
        dropped += 1;
        return;
      }
      size += bytes.length;
      waiting.push({ bytes, lines: 1 });
      if (!writing) next();
    },
    dropped: () => dropped,
    settled(withinMs) {
      if (!writing) return Promise.resolve(true);
      return new Promise((resolve) => {
        const tell = (): void => done(true);
        const timer = setTimeout(() => done(false), withinMs);
        const done = (written: boolean): void => {
          clearTimeout(timer);
          idle.delete(tell);
          resolve(written);
        };
        idle.add(tell);
      });
    },
  };
}

/** The lines that are written next, at once; null where none waits. */
function takeChunk(waiting: Lines[]): Lines | null {
  const first = waiting.shift();
  if (first === undefined) return null;
  let { bytes, lines } = first;
  while (bytes.length < chunk) {
    const more = waiting.shift();
    if (more === undefined) break;
    bytes = Buffer.concat([bytes, more.bytes]);
    lines += more.lines;
  }
  return { bytes, lines };
}
