import { type IncomingHttpHeaders, request } from 'node:http';
import type { Daemon } from './daemon.ts';

/** What a daemon answered. */
export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Where a daemon answers HTTP, as its log says, from the `from`th line on. */
export async function httpOf(daemon: Daemon, from = 0): Promise<string> {
  const line = await daemon.logged('that HTTP is answered', (l) => typeof l.http === 'string', from);
  return String(line.http);
}

/** Asks once, on a connection of its own; `at` is `http://ADDRESS:PORT` or `unix:/PATH`. */
export function get(at: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
  const socketPath = /^unix:(.*)/.exec(at)?.[1];
  const base = socketPath === undefined ? at : 'http://localhost';
  return new Promise((resolve, reject) => {
    const sent = request(
      `${base}${path}`,
      { headers, agent: false, timeout: 20_000, ...(socketPath === undefined ? {} : { socketPath }) },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          body += part;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
        response.on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${path} within 20 s`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** Asks again and again until the answer fits. */
export async function untilGot(at: string, path: string, fits: (got: Got) => boolean): Promise<Got> {
  const end = performance.now() + 20_000;
  for (;;) {
    // A connection that gave way to another is no answer.
    const got = await get(at, path).catch((error: unknown) => ({ status: 0, body: String(error) }));
    if ('headers' in got && fits(got)) return got;
    if (performance.now() > end)
      throw new Error(
        `waited 20 s in vain for ${path}; the last answer: ${got.status} ${got.body.slice(0, 2000)}`,
      );
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

/** Follows the events of the page; `text` is all that came so far. */
export function follow(at: string): {
  readonly text: () => string;
  readonly ended: Promise<void>;
  readonly stop: () => void;
} {
  let text = '';
  let stop = (): void => {};
  const ended = new Promise<void>((resolve) => {
    const sent = request(`${at}/events`, { agent: false }, (response) => {
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('close', resolve);
      response.on('error', () => resolve());
    });
    sent.on('error', () => resolve());
    sent.end();
    stop = () => void sent.destroy();
  });
  return { text: () => text, ended, stop: () => stop() };
}
