import type { Socket } from 'node:net';
import { type HttpAnswer, type HttpRequest, textAnswer } from '../../core/wire/http-answer.ts';
import { largestHead, type ParsedHead, parseHead, printHead } from '../../core/wire/http-head.ts';
import type { HttpClients } from './http-clients.ts';

/** Answers one request. */
export type Serve = (request: HttpRequest) => Promise<HttpAnswer | HttpFollowed>;

/** An answer without an end: `begin` gets the client once the head is out. */
export interface HttpFollowed {
  readonly status: 200;
  readonly headers: Readonly<Record<string, string>>;
  readonly begin: (follower: HttpFollower) => void;
}

/** Somebody who reads on. */
export interface HttpFollower {
  write(text: string): void;
  /** Bytes that were written and not read yet. */
  waiting(): number;
  /** At once, whatever is not read yet. */
  end(): void;
  onClose(gone: () => void): void;
}

const mostRequests = 1000;
/** Whoever leaves may go on sending for so many bytes: a reset would cost it the answer. */
const mostIgnored = 1 << 20;

/**
 * Reads one request after the other and answers each. Whoever sends a request before it has the answer to the last is
 * served no further, so that no packet makes more work than one request.
 */
export function serveConnection(socket: Socket, clients: HttpClients, serve: Serve): void {
  let head = '';
  let requests = 0;
  let ignored = 0;
  let state: 'asking' | 'answered' | 'following' | 'leaving' = 'asking';
  /** The connection ends with this answer. */
  let last = false;
  /** The client said more, or its last, before it had the answer. */
  let hasty = false;

  const become = (next: typeof state): void => {
    state = next;
    clients.becomes(socket, next);
  };

  const onData = (chunk: Buffer): void => {
    if (state === 'leaving') {
      ignored += chunk.length;
      if (ignored > mostIgnored) socket.destroy();
      return;
    }
    if (state === 'following') return void socket.destroy();
    if (state === 'answered') {
      hasty = true;
      return;
    }
    const from = Math.max(0, head.length - 3);
    head += chunk.toString('latin1', 0, largestHead + 4);
    // RFC 9112, section 2.2: an empty line before a request counts for nothing.
    if (head.startsWith('\r\n')) head = head.replace(/^(\r\n)+/, '');
    const end = head.indexOf('\r\n\r\n', from);
    if (end > largestHead || (end === -1 && head.length > largestHead)) {
      finish(textAnswer(431, `a request has at most ${largestHead} bytes`), false, true);
    } else if (end === -1) {
      if (head.includes('\n')) early(head);
    } else {
      const beyond = head.length > end + 4 || chunk.length > largestHead + 4;
      const parsed = parseHead(head.slice(0, end));
      head = '';
      respond(parsed, beyond);
    }
  };

  /** What is no HTTP from its first line on is told so at once. */
  const early = (text: string): void => {
    const first = text.slice(0, text.indexOf('\n') + 1);
    const parsed = parseHead(`${first.endsWith('\r\n') ? first : `${first}\n`}Host: a`);
    if (!parsed.ok) finish(parsed.answer, false, true);
  };

  const respond = (parsed: ParsedHead, beyond: boolean): void => {
    requests += 1;
    if (!parsed.ok) {
      finish(parsed.answer, false, true);
      return;
    }
    const { request, keepAlive } = parsed;
    hasty = beyond;
    last = !keepAlive || request.hasBody || requests >= mostRequests;
    become('answered');
    serve(request).then(
      (given) => {
        if (socket.destroyed) return;
        if ('begin' in given) follow(given, request.method === 'HEAD');
        else finish(given, request.method === 'HEAD', last || hasty);
      },
      () => socket.destroy(),
    );
  };

  const finish = (answer: HttpAnswer, headOnly: boolean, close: boolean): void => {
    const size = Buffer.byteLength(answer.body);
    const printed = printHead(answer, size, !close, new Date().toUTCString());
    const text = headOnly ? printed : printed + answer.body;
    if (close) {
      become('leaving');
      return void socket.end(text);
    }
    become('answered');
    socket.write(text, () => {
      if (socket.destroyed) return;
      // Something came meanwhile.
      become(hasty ? 'leaving' : 'asking');
      if (hasty) socket.end();
    });
  };

  const follow = (given: HttpFollowed, headOnly: boolean): void => {
    const printed = printHead(given, null, false, new Date().toUTCString());
    if (headOnly) {
      become('leaving');
      return void socket.end(printed);
    }
    if (hasty) return void socket.destroy();
    become('following');
    socket.write(printed);
    given.begin({
      write: (text) => void socket.write(text),
      waiting: () => socket.writableLength,
      // Not destroySoon(): whoever does not read would keep its place until it does.
      end: () => void socket.destroy(),
      onClose: (gone) => void socket.once('close', gone),
    });
  };

  socket.on('error', () => {}); // whoever asked went away
  socket.on('data', onData);
  socket.on('end', () => {
    if (state === 'asking' || state === 'following') socket.destroy();
    else hasty = true;
  });
}
