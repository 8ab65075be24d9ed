import { createServer, type ServerResponse } from 'node:http';
import { renderLive } from '../../src/core/page/live.ts';
import { renderPage } from '../../src/core/page/page.ts';
import { pagePolicy } from '../../src/core/page/policy.ts';
import type { Report } from '../../src/core/report/report.ts';

/** The page of any report, served as the daemon does, but when and as the test wants it. */
export interface PageServer {
  readonly address: string;
  /** From now on this is how things stand; open pages hear of it. */
  show(report: Report): void;
  /** Sends any text to the open pages in place of a report. */
  tell(text: string): void;
  /** Cuts all connections, and refuses events until it is called again with false. */
  refuse(on: boolean): void;
  /** From now on new listeners are taken and told nothing, as through a tunnel that is dead at its far end. */
  mute(on: boolean): void;
  /** How many pages listen. */
  listeners(): number;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback. */
export async function servePage(first: Report): Promise<PageServer> {
  let report = first;
  let refusing = false;
  let muted = false;
  const open = new Set<ServerResponse>();
  const send = (to: ServerResponse, text: string): unknown => to.write(`data: ${text}\n\n`);
  const server = createServer((request, response) => {
    if (request.url === '/') {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pagePolicy,
      });
      response.end(renderPage(report));
    } else if (request.url === '/events' && !refusing) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      open.add(response);
      response.on('close', () => open.delete(response));
      if (muted) response.flushHeaders();
      else send(response, renderLive(report));
    } else {
      response.writeHead(request.url === '/events' ? 503 : 404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const tell = (text: string): void => {
    for (const one of open) send(one, text);
  };
  return {
    address: `http://127.0.0.1:${address.port}/`,
    show(next) {
      report = next;
      tell(renderLive(next));
    },
    tell,
    refuse(on) {
      refusing = on;
      if (on) for (const one of open) one.destroy();
    },
    mute(on) {
      muted = on;
    },
    listeners: () => open.size,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
