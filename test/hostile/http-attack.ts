import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import type { Daemon } from '../e2e/daemon.ts';
import { get } from '../e2e/http-get.ts';
import { until } from '../e2e/until.ts';
import type { World } from '../e2e/world.ts';
import { createRequests, type RawRequest } from './http-requests.ts';

/** What a run of hostile requests came to. */
export interface Attack {
  readonly requests: number;
  readonly seconds: number;
  /** Answers by status, `none` for connections that were ended without one. */
  readonly answers: Readonly<Record<string, number>>;
  readonly heals: number;
  readonly anonymousMb: { readonly before: number; readonly after: number };
}

const atOnce = 32;
const expected = ['200', '204', '400', '404', '405', '413', '421', '431', '503', '505', 'none'];

/**
 * Sends `count` hostile requests and loses an entry after every `every` of them. Whatever they are, each gets an answer
 * of HTTP or none, every entry comes back, and in the end the daemon is as it was.
 */
export async function attack(
  world: World,
  daemon: Daemon,
  at: string,
  count: number,
  every: number,
): Promise<Attack> {
  const next = createRequests(0xb1f);
  const answers: Record<string, number> = {};
  const before = anonymousMb(daemon.pid);
  const descriptors = descriptorsOf(daemon.pid);
  const started = performance.now();
  let sent = 0;
  let heals = 0;
  const work = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const request = next();
      const status = statusOf(await exchange(at, request), request);
      answers[status] = (answers[status] ?? 0) + 1;
    }
  };
  const lose = async (): Promise<void> => {
    for (let due = every; due <= count; due += every) {
      await until('the next thousand', () => (sent >= due ? true : null));
      await loseOne(world, daemon);
      heals += 1;
      assert.equal((await get(at, '/livez')).status, 200);
    }
  };
  await Promise.all([lose(), ...Array.from({ length: atOnce }, work)]);
  const seconds = (performance.now() - started) / 1000;
  // The daemon may have opened something of its own since; thousands of connections would show.
  const few = descriptors + 8;
  await until('all connections to be closed', () => (descriptorsOf(daemon.pid) <= few ? true : null));
  assert.deepEqual(
    Object.keys(answers).filter((status) => !expected.includes(status)),
    [],
  );
  assertClean(daemon);
  return { requests: sent, seconds, answers, heals, anonymousMb: { before, after: anonymousMb(daemon.pid) } };
}

/** Deletes an entry and waits for the log to tell of its return. */
export async function loseOne(world: World, daemon: Daemon): Promise<void> {
  const [name = ''] = daemon.names().filter((entry) => entry.startsWith('keeper-'));
  const from = daemon.log.length;
  world.write(`${daemon.instance()}/${name}`, '-1');
  await daemon.healed(name, 'missing', from);
}

/** Nothing worse than a warning was logged, and nothing of a request. */
export function assertClean(daemon: Daemon): void {
  const bad = daemon.log.filter((line) => Number(line.level) >= 50);
  assert.deepEqual(bad, []);
}

/** Memory of its own, MB of 10⁶ bytes. */
export function anonymousMb(pid: number): number {
  const kib = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return Number(kib) * 0.001024;
}

export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** A connection that may fail at any time; half open, so that an end of either side is not that of both. */
export function connectTo(at: string): Socket {
  const path = /^unix:(.*)/.exec(at)?.[1];
  const where = path === undefined ? { host: '127.0.0.1', port: Number(at.split(':').at(-1)) } : { path };
  return createConnection({ ...where, allowHalfOpen: true }).on('error', () => {});
}

/** Whoever does not end its side waits for the first word only. */
function exchange(at: string, { bytes, end }: RawRequest): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connectTo(at);
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
      if (!end) socket.destroy();
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(impatient);
      resolve(text);
    });
    const impatient = setTimeout(() => socket.destroy(), end ? 10_000 : 50);
    socket.write(bytes, 'latin1');
    if (end) socket.end();
  });
}

function statusOf(answer: string, { bytes }: RawRequest): string {
  if (answer === '') return 'none';
  const status = /^HTTP\/1\.1 (\d{3}) [A-Z][A-Za-z ]+\r\n/.exec(answer)?.[1];
  assert.ok(
    status !== undefined,
    `${JSON.stringify(bytes)} was answered by ${JSON.stringify(answer.slice(0, 500))}`,
  );
  return status;
}
