import type { Socket } from 'node:net';
import { largestMessage, type WitnessRefusal } from '../../core/witness/message.ts';

/** What a witness sent: one line, or why it is none. */
export type Received = { readonly line: string } | { readonly refusal: WitnessRefusal };

/** Reads one line, bounded in size and time, then no more; the connection ends soon whatever the other side does. */
export function readMessage(client: Socket, patienceMs: number, received: (what: Received) => void): void {
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
