import type { Socket } from 'node:net';
import type { HttpAnswer, HttpRequest } from '../../core/wire/http-answer.ts';
import { printHead } from '../../core/wire/http-head.ts';
import type { HttpClients, HttpState } from './http-clients.ts';
import { createHeadReader, type ReadHead } from './http-head-reader.ts';

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

/** A client with what it is at. */
interface Connection {
  readonly socket: Socket;
  readonly clients: HttpClients;
  state: HttpState;
  requests: number;
  /** Bytes that came after the last answer. */
  ignored: number;
  /** It ends with this answer. */
  last: boolean;
  /** The client said more, or its last, before it had the answer. */
  hasty: boolean;
}

/**
 * Reads one request after the other and answers each. Whoever sends a request before it has the answer to the last is
 * served no further, so that no packet makes more work than one request.
 */
export function serveConnection(socket: Socket, clients: HttpClients, serve: Serve): void {
  const told = { requests: 0, ignored: 0, last: false, hasty: false };
  const connection: Connection = { socket, clients, state: 'asking', ...told };
  const read = createHeadReader();
  socket.on('error', () => {}); // whoever asked went away
  socket.on('data', (chunk: Buffer) => {
    if (connection.state !== 'asking') return takeBeyond(connection, chunk);
    const head = read(chunk);
    if (head !== null) respond(connection, head, serve);
  });
  socket.on('end', () => {
    const { state } = connection;
    if (state === 'asking' || state === 'following') socket.destroy();
    else connection.hasty = true;
  });
}

function become(connection: Connection, next: HttpState): void {
  connection.state = next;
  connection.clients.becomes(connection.socket, next);
}

/** Whatever comes while nothing is asked for. */
function takeBeyond(connection: Connection, chunk: Buffer): void {
  if (connection.state === 'answered') connection.hasty = true;
  else if (connection.state === 'following') connection.socket.destroy();
  else {
    connection.ignored += chunk.length;
    if (connection.ignored > mostIgnored) connection.socket.destroy();
  }
}

function respond(connection: Connection, { parsed, beyond }: ReadHead, serve: Serve): void {
  connection.requests += 1;
  if (!parsed.ok) {
    finish(connection, parsed.answer, false, true);
    return;
  }
  const { socket } = connection;
  const { request, keepAlive } = parsed;
  const headOnly = request.method === 'HEAD';
  connection.hasty = beyond;
  connection.last = !keepAlive || request.hasBody || connection.requests >= mostRequests;
  become(connection, 'answered');
  serve(request).then(
    (given) => {
      if (socket.destroyed) return;
      if ('begin' in given) follow(connection, given, headOnly);
      else finish(connection, given, headOnly, connection.last || connection.hasty);
    },
    () => socket.destroy(),
  );
}

function finish(connection: Connection, answer: HttpAnswer, headOnly: boolean, close: boolean): void {
  const { socket } = connection;
  const size = Buffer.byteLength(answer.body);
  const printed = printHead(answer, size, !close, new Date().toUTCString());
  const text = headOnly ? printed : printed + answer.body;
  if (close) {
    become(connection, 'leaving');
    return void socket.end(text);
  }
  become(connection, 'answered');
  socket.write(text, () => {
    if (socket.destroyed) return;
    // Something came meanwhile.
    become(connection, connection.hasty ? 'leaving' : 'asking');
    if (connection.hasty) socket.end();
  });
}

function follow(connection: Connection, given: HttpFollowed, headOnly: boolean): void {
  const { socket } = connection;
  const printed = printHead(given, null, false, new Date().toUTCString());
  if (headOnly) {
    become(connection, 'leaving');
    return void socket.end(printed);
  }
  if (connection.hasty) return void socket.destroy();
  become(connection, 'following');
  socket.write(printed);
  given.begin({
    write: (text) => void socket.write(text),
    waiting: () => socket.writableLength,
    // Not destroySoon(): whoever does not read would keep its place until it does.
    end: () => void socket.destroy(),
    onClose: (gone) => void socket.once('close', gone),
  });
}
