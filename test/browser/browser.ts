import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** What the DevTools protocol answers: looked into where the test knows its shape. */
export type Answer = Readonly<Record<string, unknown>>;

/** A real Chromium without a window, driven over its pipe. */
export interface Browser {
  readonly version: string;
  /** A new, empty tab of a profile of its own. */
  open(): Promise<Tab>;
  close(): Promise<void>;
}

/** One tab: commands go to it, and what it complains of is gathered. */
export interface Tab {
  send(method: string, parameters?: object): Promise<Answer>;
  /** The value of an expression in the page, promises awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Errors on the console, exceptions and violations of the policy, since the tab was opened. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

const limitMs = 60_000;

/** Where Debian puts it; null where it is not installed. */
export function findChromium(): string | null {
  const given = process.env.CHROMIUM;
  const places = [given, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return places.find((path) => path !== undefined && existsSync(path)) ?? null;
}

/** Starts it; `program` as `findChromium` found it. */
export async function startBrowser(program: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'binfmt-keeper-browser-'));
  const child = spawn(program, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { send, listen } = converse(child);
  const { product } = await send('Browser.getVersion');
  return {
    version: String(product),
    open: () => openTab(send, listen),
    async close() {
      const gone = new Promise((resolve) => child.once('close', resolve));
      const late = setTimeout(() => endGroup(child), 5000);
      send('Browser.close').catch(() => {});
      await gone;
      clearTimeout(late);
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** No sandbox, for tests run as root; nothing of the browser's own traffic. */
const flags = [
  '--headless=new',
  '--no-sandbox',
  '--remote-debugging-pipe',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-proxy-server',
  '--hide-scrollbars',
  '--force-color-profile=srgb',
];

type Send = (method: string, parameters?: object, sessionId?: string) => Promise<Answer>;
type Listen = (sessionId: string, hear: (method: string, parameters: Answer) => void) => void;

/** The protocol: JSON objects with a NUL after each, commands on descriptor 3, answers and events on 4. */
function converse(child: ChildProcess): { send: Send; listen: Listen } {
  const commands = child.stdio[3] as Writable;
  const answers = child.stdio[4] as Readable;
  const waiting = new Map<number, (message: Answer) => void>();
  const listeners = new Map<string, (method: string, parameters: Answer) => void>();
  let last = 0;
  let rest = '';
  answers.setEncoding('utf8').on('data', (text: string) => {
    const messages = `${rest}${text}`.split('\0');
    rest = messages.pop() ?? '';
    for (const one of messages) {
      const message = JSON.parse(one) as Answer;
      const { id, method, params, sessionId } = message;
      if (typeof id === 'number') waiting.get(id)?.(message);
      else listeners.get(String(sessionId))?.(String(method), (params ?? {}) as Answer);
    }
  });
  const fail = (why: string): void => {
    for (const resolve of waiting.values()) resolve({ error: { message: why } });
  };
  commands.on('error', () => fail('the browser does not listen'));
  child.on('close', () => fail('the browser ended'));
  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        const timer = setTimeout(() => waiting.get(id)?.({ error: { message: 'no answer' } }), limitMs);
        waiting.set(id, ({ error, result }) => {
          clearTimeout(timer);
          waiting.delete(id);
          if (error === undefined) resolve((result ?? {}) as Answer);
          else reject(new Error(`${method}: ${JSON.stringify(error)}`));
        });
        commands.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
      }),
    listen: (sessionId, hear) => listeners.set(sessionId, hear),
  };
}

async function openTab(send: Send, listen: Listen): Promise<Tab> {
  const { browserContextId } = await send('Target.createBrowserContext');
  const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const session = String(sessionId);
  const complaints: string[] = [];
  listen(session, (method, parameters) => {
    const said = complaint(method, parameters);
    if (said !== null) complaints.push(said);
  });
  const command = (method: string, parameters?: object): Promise<Answer> => send(method, parameters, session);
  for (const domain of ['Page', 'Runtime', 'Log', 'DOM', 'Accessibility', 'Audits'])
    await command(`${domain}.enable`);
  return {
    send: command,
    complaints,
    async evaluate<T>(expression: string): Promise<T> {
      const { result, exceptionDetails } = await command('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { value: T }).value;
    },
    close: async () => {
      await send('Target.disposeBrowserContext', { browserContextId });
    },
  };
}

/** Failing requests are not complaints of the page: connections are cut on purpose. */
function complaint(method: string, parameters: Answer): string | null {
  if (method === 'Runtime.exceptionThrown') return `exception: ${JSON.stringify(parameters)}`;
  if (method === 'Runtime.consoleAPICalled')
    return ['error', 'warning', 'assert'].includes(String(parameters.type))
      ? JSON.stringify(parameters.args)
      : null;
  if (method === 'Audits.issueAdded') return JSON.stringify(parameters.issue);
  if (method !== 'Log.entryAdded') return null;
  const { source, level, text } = parameters.entry as Answer;
  return source !== 'network' && (level === 'error' || level === 'warning') ? `${source}: ${text}` : null;
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
