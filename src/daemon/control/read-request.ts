import type { Socket } from 'node:net';
import { type ControlAnswer, controlError, largestRequest } from '../../core/wire/control.ts';

/** What a client sent: one line, or the answer to what is none. */
export type Received = { readonly line: string } | { readonly refusal: ControlAnswer };

/** Reads the one line that a client may send, bounded in size and time; `received` is called once. */
export function readRequest(client: Socket, patienceMs: number, received: (what: Received) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = (): void => {
    clearTimeout(timer);
    client.off('data', onData);
    client.off('end', onEnd);
  };
  const done = (what: Received | null): void => {
    if (what === null) return;
    stop();
    // Reading goes on, so that the client's end is noticed; whoever still talks is cut off.
    if ('line' in what) client.once('data', () => client.destroy());
    received(what);
  };
  const onData = (chunk: Buffer): void => {
    const at = chunk.indexOf(10);
    size += at === -1 ? chunk.length : at;
    if (size <= largestRequest) chunks.push(at === -1 ? chunk : chunk.subarray(0, at));
    done(judge(chunks, size, at === -1 ? null : chunk.length - at - 1));
  };
  const onEnd = (): void => done(refused('bad-request', 'the request ended before its line did'));
  const timer = setTimeout(
    () => done(refused('too-slow', `a request must be whole within ${patienceMs} ms`)),
    patienceMs,
  );
  client.on('data', onData);
  client.on('end', onEnd);
  client.on('close', stop);
}

/** `beyond`: bytes that came after the line's end, null before it came. Null as long as nothing can be said. */
function judge(chunks: readonly Buffer[], size: number, beyond: number | null): Received | null {
  if (size > largestRequest) return refused('too-large', `a request is at most ${largestRequest} bytes`);
  if (beyond === null) return null;
  if (beyond > 0) return refused('bad-request', 'one request a connection');
  return { line: Buffer.concat(chunks).toString('utf8') };
}

function refused(...error: Parameters<typeof controlError>): Received {
  return { refusal: controlError(...error) };
}
