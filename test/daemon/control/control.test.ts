import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Report } from '../../../src/core/report/report.ts';
import { type ControlAnswer, largestRequest, printRequest } from '../../../src/core/wire/control.ts';
import { type Control, createControl } from '../../../src/daemon/control/control.ts';
import type { CarryOut } from '../../../src/daemon/control/orders.ts';
import { connectControl, listenControl } from '../../../src/host/net/control-socket.ts';
import { until } from '../../e2e/until.ts';
import { emptyReport } from '../../empty-report.ts';
import { scratch } from '../../host/scratch.ts';

test('a whole request is answered, and the connection ends', async (t) => {
  const server = await serve(t);
  assert.deepEqual(types(await server.ask(printRequest({ type: 'status' }))), ['progress', 'report']);
});

test('a client that closes its own end after the request is answered all the same', async (t) => {
  const { connect } = await serve(t);
  const client = await connect();
  client.end(printRequest({ type: 'status' }));
  assert.deepEqual(types(await said(client)), ['progress', 'report']);
});

test('garbage, half a request and two at once are each answered with an error', async (t) => {
  const server = await serve(t);
  const cases: [string | Buffer, string][] = [
    ['hello\n', 'bad-request'],
    ['{}\n', 'unknown-version'],
    [Buffer.from([0xff, 0xfe, 0, 10]), 'bad-request'],
    ['GET / HTTP/1.1\r\n\r\n', 'bad-request'],
    ['{"version":1,"type":"pause","forMs":"soon"}\n', 'bad-request'],
    [printRequest({ type: 'status' }).repeat(2), 'bad-request'],
    [`"${'x'.repeat(largestRequest)}"\n`, 'too-large'],
  ];
  for (const [sent, code] of cases) {
    const [answer] = await server.ask(sent);
    assert.equal(answer?.type === 'error' && answer.code, code, String(sent).slice(0, 60));
  }
  const half = await server.connect();
  half.end('{"version":1,');
  assert.deepEqual(await said(half), [
    { type: 'error', code: 'bad-request', detail: 'the request ended before its line did' },
  ]);
});

test('a hundred megabytes are cut off, and cost no memory', async (t) => {
  const server = await serve(t);
  const client = await server.connect();
  const before = process.memoryUsage().arrayBuffers;
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  let sent = 0;
  while (sent < 100 && !client.destroyed) {
    if (!client.write(chunk))
      await Promise.race([once(client, 'drain'), once(client, 'close')]).catch(() => {});
    sent += 1;
  }
  await until('its end', () => (client.destroyed ? true : null));
  assert.ok(sent < 100, 'all of it was taken');
  assert.ok(process.memoryUsage().arrayBuffers - before < 30 * 1024 * 1024);
  assert.deepEqual(types(await server.ask(printRequest({ type: 'status' }))), ['progress', 'report']);
});

test('whoever says nothing, or a byte now and then, is turned away', async (t) => {
  const server = await serve(t, { patienceMs: 200 });
  const silent = await server.connect();
  const slow = await server.connect();
  const dripping = setInterval(() => slow.write(' '), 20);
  t.after(() => clearInterval(dripping));
  for (const client of [silent, slow]) {
    const [answer] = await said(client);
    assert.equal(answer?.type === 'error' && answer.code, 'too-slow');
  }
});

test('of a hundred clients at once each gets an answer, and the next one is served', async (t) => {
  const server = await serve(t);
  const idle = await Promise.all(Array.from({ length: 100 }, server.connect));
  const turnedAway = idle.slice(32).map(async (client) => (await said(client))[0]);
  for (const answer of await Promise.all(turnedAway))
    assert.equal(answer?.type === 'error' && answer.code, 'busy');
  const served = idle.slice(0, 32).map((client) => {
    client.write(printRequest({ type: 'status' }));
    return said(client);
  });
  for (const answers of await Promise.all(served)) assert.deepEqual(types(answers), ['progress', 'report']);
  assert.deepEqual(types(await server.ask(printRequest({ type: 'status' }))), ['progress', 'report']);
});

test('whoever is turned away hears why, also when the request is still under way', async (t) => {
  const server = await serve(t);
  await Promise.all(Array.from({ length: 32 }, server.connect));
  const client = await server.connect();
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  client.write(printRequest({ type: 'status' }));
  const [answer] = await said(client);
  assert.equal(answer?.type === 'error' && answer.code, 'busy');
});

test('whoever watches gets each change, and one that never reads costs one report of memory', async (t) => {
  let note = '';
  const server = await serve(t, { summary: () => note });
  const deaf = await server.connect();
  deaf.write(printRequest({ type: 'watch' }));
  const reader = await server.connect();
  const seen: string[] = [];
  reader.write(printRequest({ type: 'watch' }));
  follow(reader, (answer) => {
    if (answer.type === 'report') seen.push(answer.report.summary.slice(0, 9));
  });
  await until('the first report', () => (seen.length > 0 ? true : null));
  for (let i = 1; i <= 20; i++) {
    note = `report ${i}`.padEnd(1024 * 1024);
    server.control.changed();
    await until(`report ${i}`, () => (seen.at(-1)?.trim() === `report ${i}` ? true : null));
  }
  assert.ok(server.waiting() < 1.5 * 1024 * 1024, `${server.waiting()} bytes wait for it`);
  const late: string[] = [];
  follow(deaf, (answer) => {
    if (answer.type === 'report') late.push(answer.report.summary.slice(0, 9));
  });
  await until('the newest report at last', () => (late.at(-1) === 'report 20' ? true : null));
});

test('whoever has seen enough is forgotten, so that the places are free again', async (t) => {
  const server = await serve(t);
  for (let round = 0; round < 3; round++) {
    const watchers = await Promise.all(Array.from({ length: 32 }, server.connect));
    for (const client of watchers) client.write(printRequest({ type: 'watch' }));
    await Promise.all(watchers.map((client) => once(client, 'data')));
    for (const client of watchers) client.destroy();
    await until('a place', () => (server.clients() === 0 ? true : null));
  }
  assert.deepEqual(types(await server.ask(printRequest({ type: 'status' }))), ['progress', 'report']);
});

test('whoever asks before there is anything to report is told to wait, and then answered', async (t) => {
  let begin = (): void => {};
  const promise = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const server = await serve(t, { started: promise });
  const heard: string[] = [];
  for (const type of ['status', 'watch'] as const) {
    const client = await server.connect();
    follow(client, (answer) => heard.push(`${type} ${answer.type}`));
    client.write(printRequest({ type }));
  }
  await until('two words', () => (heard.length === 2 ? true : null));
  assert.deepEqual(heard.toSorted(), ['status progress', 'watch progress']);
  begin();
  await until('both reports', () => (heard.length === 4 ? true : null));
  assert.deepEqual(heard.slice(2).toSorted(), ['status report', 'watch report']);
});

test('nobody but the owner can connect', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can become somebody else');
  const { dir } = await serve(t);
  chmodSync(dir, 0o755);
  const script =
    'import socket, sys; s = socket.socket(socket.AF_UNIX)\ntry: s.connect(sys.argv[1])\nexcept OSError as e: print(e.errno)';
  const { stdout, error } = spawnSync('python3', ['-c', script, join(dir, 'control.sock')], {
    uid: 65_534,
    gid: 65_534,
    encoding: 'utf8',
  });
  if (error) return t.skip('no python3');
  assert.equal(Number(stdout), constants.errno.EACCES);
});

test('an order that fails by a defect is answered, and the daemon lives', async (t) => {
  const server = await serve(t, {
    carryOut: () => Promise.reject(new Error('a defect')),
  });
  const answers = await server.ask(printRequest({ type: 'resume' }));
  assert.deepEqual(answers.at(-1), { type: 'error', code: 'internal', detail: 'a defect' });
});

test('the socket is for its owner alone, and nothing else is left in the directory', async (t) => {
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  const { dir } = await serve(t);
  assert.deepEqual(readdirSync(dir), ['control.sock']);
  assert.equal(lstatSync(join(dir, 'control.sock')).mode & 0o7777, 0o600);
});

test('a socket that a dead daemon left is replaced; one that somebody took away comes back; at the end it goes', async (t) => {
  const dir = scratch();
  const dead = createServer().listen(join(dir, 'control.sock'));
  await once(dead, 'listening');
  // as a kill would leave it: closed without being removed
  const left = join(dir, 'left');
  renameSync(join(dir, 'control.sock'), left);
  dead.close();
  await once(dead, 'close');
  renameSync(left, join(dir, 'control.sock'));
  const server = await serve(t, { dir });
  assert.equal((await server.ask(printRequest({ type: 'status' }))).length, 2);
  unlinkSync(join(dir, 'control.sock'));
  await server.control.mend();
  assert.equal((await server.ask(printRequest({ type: 'status' }))).length, 2);
  await server.control.close();
  assert.deepEqual(readdirSync(dir), []);
});

test('at its end a daemon leaves the socket of its successor alone', async (t) => {
  const dir = scratch();
  const first = await serve(t, { dir });
  const second = await serve(t, { dir });
  await first.control.close();
  assert.equal((await second.ask(printRequest({ type: 'status' }))).length, 2);
});

test('where others could change the directory there is no socket but a problem, until it is mended', async (t) => {
  const dir = scratch();
  const run = join(dir, 'run');
  const elsewhere = join(dir, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, run);
  const server = await serve(t, { dir: run });
  assert.match(server.problems.get('run-directory-untrusted') ?? '', /is a symlink/);
  assert.deepEqual(readdirSync(elsewhere), []);
  unlinkSync(run);
  mkdirSync(run);
  chmodSync(run, 0o777);
  await server.control.mend();
  assert.match(server.problems.get('run-directory-untrusted') ?? '', /writable by others/);
  const asked = await connectControl(run);
  assert.equal(!asked.ok && asked.code, 'ENOENT', 'nobody asks there either');
  chmodSync(run, 0o755);
  await server.control.mend();
  assert.equal(server.problems.get('run-directory-untrusted'), null);
  assert.ok(existsSync(join(run, 'control.sock')));
  chmodSync(run, 0o777);
  await server.control.mend();
  assert.match(server.problems.get('run-directory-untrusted') ?? '', /writable by others/);
});

test('a directory whose path is longer than an address of a socket will do', async (t) => {
  const dir = join(scratch(), 'x'.repeat(120), 'run');
  mkdirSync(dir, { recursive: true });
  await serve(t, { dir });
  const asked = await connectControl(dir);
  assert.ok(asked.ok);
  asked.socket.destroy();
});

test('a failure that is not one of trust is a problem of its own', async (t) => {
  const dir = scratch();
  mkdirSync(join(dir, 'run', 'control.sock', 'in the way'), { recursive: true });
  const server = await serve(t, { dir: join(dir, 'run') });
  assert.match(server.problems.get('control-unavailable') ?? '', /EISDIR|ENOTEMPTY|EEXIST/);
  assert.deepEqual(readdirSync(join(dir, 'run')), ['control.sock']);
});

interface Options {
  readonly dir?: string;
  readonly patienceMs?: number;
  readonly carryOut?: CarryOut;
  readonly started?: Promise<void>;
  readonly summary?: () => string;
}

interface Server {
  readonly dir: string;
  readonly control: Control;
  readonly problems: ReadonlyMap<string, string | null>;
  readonly connect: () => Promise<Socket>;
  readonly ask: (text: string | Buffer) => Promise<ControlAnswer[]>;
  readonly clients: () => number;
  /** The most bytes that wait for one client. */
  readonly waiting: () => number;
}

/** A server on a real socket; what it reports can be told from outside. */
async function serve(t: { after(done: () => Promise<void>): void }, options: Options = {}): Promise<Server> {
  const dir = options.dir ?? scratch();
  const problems = new Map<string, string | null>();
  const sockets = new Set<Socket>();
  const report = (): Report => ({ ...empty, summary: options.summary?.() ?? '' });
  const control = createControl({
    machine: {
      listenControl: (where, onConnection) =>
        listenControl(where, (socket) => {
          sockets.add(socket);
          socket.on('close', () => sockets.delete(socket));
          onConnection(socket);
        }),
    },
    dir,
    logger: pino({ level: 'silent' }),
    carryOut: options.carryOut ?? (() => Promise.resolve({ type: 'report', report: report(), ok: true })),
    report,
    started: options.started ?? Promise.resolve(),
    problem: (code, detail) => problems.set(code, detail),
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
  });
  t.after(control.close);
  await control.mend();
  const connect = async (): Promise<Socket> => {
    const client = createConnection({ path: join(dir, 'control.sock') });
    client.on('error', () => {});
    await once(client, 'connect');
    return client;
  };
  return {
    dir,
    control,
    problems,
    connect,
    ask: async (text) => {
      const client = await connect();
      client.write(text);
      return said(client);
    },
    clients: () => sockets.size,
    waiting: () => Math.max(...[...sockets].map((socket) => socket.writableLength)),
  };
}

const empty = emptyReport();

/** All that a client hears until the connection ends. */
async function said(client: Socket): Promise<ControlAnswer[]> {
  const answers: ControlAnswer[] = [];
  follow(client, (answer) => answers.push(answer));
  if (!client.closed) await once(client, 'close');
  return answers;
}

function follow(client: Socket, onAnswer: (answer: ControlAnswer) => void): void {
  let rest = '';
  client.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onAnswer(JSON.parse(line));
  });
}

function types(answers: readonly ControlAnswer[]): string[] {
  return answers.map((a) => a.type);
}
