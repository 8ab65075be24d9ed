import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { HttpAddress } from '../../../src/core/config/http-address.ts';
import { type HttpRequest, textAnswer } from '../../../src/core/wire/http-answer.ts';
import type { HttpFollower, Serve } from '../../../src/host/net/http-connection.ts';
import { type HttpListener, listenHttp } from '../../../src/host/net/http-server.ts';
import type { SocketRights } from '../../../src/host/net/placed-socket.ts';
import { scratch } from '../scratch.ts';

const loopback: HttpAddress = { kind: 'tcp', host: '127.0.0.1', port: 0, loopback: true };
const rights: SocketRights = { mode: '0600', owner: '' };
const one = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

async function serving(
  t: TestContext,
  address: HttpAddress,
  serve: Serve,
  as = rights,
): Promise<HttpListener> {
  const listening = await listenHttp(address, as, serve);
  assert.ok(listening.ok, listening.ok ? '' : listening.message);
  t.after(() => listening.listener.close());
  return listening.listener;
}

const echo: Serve = async ({ method, target }) => textAnswer(200, `${method} ${target}`);

function connectTo({ at }: HttpListener): Socket {
  const path = /^unix:(.*)/.exec(at)?.[1];
  const options = path === undefined ? { host: '127.0.0.1', port: Number(at.split(':').at(-1)) } : { path };
  // Half open, as nc -N and curl are at times.
  const socket = createConnection({ ...options, allowHalfOpen: true }).on('error', () => {});
  return socket.on('end', () => void socket.end());
}

/** What comes back for these bytes until the other side ends. */
async function said(listener: HttpListener, bytes: string, end = false): Promise<string> {
  const socket = connectTo(listener);
  let text = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
  });
  socket.write(bytes, 'latin1');
  if (end) socket.end();
  await once(socket, 'close').catch(() => {});
  return text;
}

function statuses(text: string): string[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1] ?? '');
}

describe('one connection', () => {
  test('is asked again and again until the client says that it is the last time', async (t) => {
    const listener = await serving(t, loopback, echo);
    const socket = connectTo(listener);
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
    });
    for (const path of ['/a', '/b', '/c']) {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${path === '/c' ? 'Connection: close\r\n' : ''}\r\n`);
      while (!text.includes(`GET ${path}\n`)) await once(socket, 'data');
    }
    await once(socket, 'end');
    assert.deepEqual(statuses(text), ['200', '200', '200']);
    assert.equal([...text.matchAll(/Connection: keep-alive/g)].length, 2);
    socket.destroy();
  });

  test('may come byte by byte, and with an empty line before', async (t) => {
    const listener = await serving(t, loopback, echo);
    const socket = connectTo(listener);
    for (const byte of `\r\nGET /slow HTTP/1.0\r\n\r\n`) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    const [data] = await once(socket, 'data');
    assert.match(String(data), /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nGET \/slow\n$/s);
    socket.destroy();
  });

  test('is served no further than the first of several requests that did not wait', async (t) => {
    const asked: HttpRequest[] = [];
    const listener = await serving(t, loopback, async (request) => {
      asked.push(request);
      return textAnswer(200, 'x');
    });
    const text = await said(listener, one.repeat(3000));
    assert.deepEqual(statuses(text), ['200']);
    assert.match(text, /Connection: close/);
    assert.equal(asked.length, 1);
  });

  test('has its answer where the client closed its side already', async (t) => {
    const listener = await serving(t, loopback, echo);
    assert.deepEqual(statuses(await said(listener, one, true)), ['200']);
    assert.equal(await said(listener, 'GET / HT', true), '');
  });

  test('gets the head alone for HEAD, with the size of what it does not get', async (t) => {
    const listener = await serving(t, loopback, echo);
    const text = await said(listener, one.replace('GET', 'HEAD'), true);
    assert.match(text, /Content-Length: 7\r\n(?:.*\r\n)*\r\n$/);
  });

  test('is told what is wrong with its request, and ended', async (t) => {
    const listener = await serving(t, loopback, echo);
    const cases: readonly (readonly [bytes: string, status: string])[] = [
      ['\x16\x03\x01\n', '400'],
      ['hello\r\n', '400'],
      ['GET / HTTP/1.1\r\n\r\n', '400'],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '505'],
      [`GET / HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(9000)}\r\n\r\n`, '431'],
      [`GET /${'y'.repeat(100_000)}`, '431'],
    ];
    for (const [bytes, status] of cases)
      assert.deepEqual(statuses(await said(listener, bytes)), [status], bytes.slice(0, 40));
  });

  test('with a body has the answer before the body was read, and is ended', async (t) => {
    const listener = await serving(t, loopback, async (request) =>
      textAnswer(request.hasBody ? 413 : 200, 'x'),
    );
    const text = await said(
      listener,
      `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n${one.repeat(10_000)}`,
    );
    assert.deepEqual(statuses(text), ['413']);
  });

  test('that fails inside is ended, and the next is served', async (t) => {
    const listener = await serving(t, loopback, async ({ target }) => {
      if (target === '/bad') throw new Error('a defect');
      return textAnswer(200, 'x');
    });
    assert.equal(await said(listener, 'GET /bad HTTP/1.0\r\n\r\n'), '');
    assert.deepEqual(statuses(await said(listener, one, true)), ['200']);
  });
});

describe('many connections', () => {
  test('that ask nothing make room for whoever does', async (t) => {
    const listener = await serving(t, loopback, echo);
    const slow = Array.from({ length: 300 }, () => connectTo(listener));
    t.after(() => slow.forEach((socket) => void socket.destroy()));
    for (const socket of slow) socket.write('GET / HT');
    let dropped = 0;
    await new Promise<void>((resolve) => {
      for (const socket of slow)
        socket.once('close', () => {
          dropped += 1;
          if (dropped >= 300 - 64) resolve();
        });
    });
    assert.deepEqual(statuses(await said(listener, one, true)), ['200']);
  });

  test('that do not get or take their answers make room for whoever does, and the last are pages', async (t) => {
    const followers: HttpFollower[] = [];
    const listener = await serving(t, loopback, ({ target }) => {
      if (target === '/hang') return new Promise(() => {});
      if (target !== '/follow') return echo({ method: 'GET', target, host: '', accept: '', hasBody: false });
      const begin = (follower: HttpFollower): void => void followers.push(follower);
      return Promise.resolve({ status: 200, headers: {}, begin });
    });
    let gone = 0;
    const ask = (path: string): void => {
      const socket = connectTo(listener);
      t.after(() => void socket.destroy());
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    };
    for (let n = 0; n < 8; n += 1) ask('/follow');
    while (followers.length < 8) await new Promise(setImmediate);
    for (const follower of followers)
      follower.onClose(() => {
        gone += 1;
      });
    for (let n = 0; n < 100; n += 1) ask('/hang');
    assert.deepEqual(statuses(await said(listener, one, true)), ['200']);
    assert.equal(gone, 0);
    for (let n = 9; n <= 100; n += 1) {
      ask('/follow');
      while (followers.length < n) await new Promise(setImmediate);
    }
    assert.deepEqual(statuses(await said(listener, one, true)), ['200']);
  });

  test('that follow without reading are gone when they are ended', async (t) => {
    const followers: HttpFollower[] = [];
    const listener = await serving(t, loopback, async () => ({
      status: 200,
      headers: {},
      begin: (follower) => void followers.push(follower),
    }));
    const socket = connectTo(listener).pause();
    t.after(() => void socket.destroy());
    socket.write(one);
    while (followers.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const [follower] = followers;
    assert.ok(follower);
    const gone = new Promise<void>((resolve) => follower.onClose(resolve));
    while (follower.waiting() === 0) {
      follower.write('x'.repeat(100_000));
      await new Promise(setImmediate);
    }
    follower.end();
    await gone;
  });

  test('that ask nothing give their descriptors back where the process has none left', () => {
    const child = join(import.meta.dirname, 'http-descriptors.child.ts');
    const ran = spawnSync('prlimit', ['--nofile=256:256', process.execPath, child], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.equal(ran.stdout, '20\n', ran.stderr);
  });

  test('are ended where they say nothing', async (t) => {
    const listener = await serving(t, loopback, echo);
    const [silent, asked] = await Promise.all([said(listener, ''), said(listener, one)]);
    assert.equal(silent, '');
    assert.deepEqual(statuses(asked), ['200']);
  });

  test('end with the listener, whatever they are at', async (t) => {
    const followers: HttpFollower[] = [];
    const listener = await serving(t, loopback, async ({ target }) =>
      target === '/'
        ? textAnswer(200, 'x')
        : {
            status: 200,
            headers: {},
            begin: (follower) => {
              followers.push(follower);
              follower.write('first');
            },
          },
    );
    const ends = ['', 'GET', one, 'GET /follow HTTP/1.1\r\nHost: a\r\n\r\n'].map((bytes) =>
      said(listener, bytes),
    );
    while (followers.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await listener.close();
    const last = (await Promise.all(ends)).at(-1) ?? '';
    assert.match(last, /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n\r\nfirst$/s);
  });

  test('are refused where the port is taken, and somebody else is there still', async (t) => {
    const listener = await serving(t, loopback, echo);
    const again = await listenHttp(
      { ...loopback, port: Number(listener.at.split(':').at(-1)) },
      rights,
      echo,
    );
    assert.ok(!again.ok);
    assert.equal(again.code, 'EADDRINUSE');
    const nowhere = await listenHttp({ ...loopback, host: '192.0.2.1' }, rights, echo);
    assert.ok(!nowhere.ok);
    assert.equal(nowhere.code, 'EADDRNOTAVAIL');
  });
});

describe('a socket of a path', () => {
  const at = (path: string): HttpAddress => ({ kind: 'unix', path });
  const refused = async (path: string, as = rights): Promise<string> => {
    const listening = await listenHttp(at(path), as, echo);
    assert.ok(!listening.ok, 'it listens');
    return listening.code;
  };

  test('has mode and owner as they were wished, lies alone in its directory, and goes with its listener', async (t) => {
    const path = join(scratch(), 'made', 'http.sock');
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    const listener = await serving(t, at(path), echo, { mode: '0660', owner: `${uid}:${gid}` });
    assert.equal(listener.at, `unix:${path}`);
    assert.equal(lstatSync(path).mode & 0o777, 0o660);
    assert.deepEqual(readdirSync(join(path, '..')), ['http.sock']);
    assert.deepEqual(statuses(await said(listener, one, true)), ['200']);
    assert.equal(await listener.inPlace(), true);
    await listener.close();
    assert.deepEqual(readdirSync(join(path, '..')), []);
  });

  test('takes names for owners from the system, and nobody else', async () => {
    const path = join(scratch(), 's');
    assert.equal(await refused(path, { mode: '0600', owner: 'no-such-user' }), 'EINVAL');
    assert.equal(await refused(path, { mode: '0600', owner: '0:no-such-group' }), 'EINVAL');
    assert.equal(lstatSync(path, { throwIfNoEntry: false }), undefined);
  });

  test('replaces what a dead one left, and nothing else', async (t) => {
    const dir = scratch();
    const path = join(dir, 's');
    await leaveDeadSocket(path);
    await serving(t, at(path), echo);
    assert.equal(await refused(path), 'EADDRINUSE', 'a live one');
    writeFileSync(join(dir, 'file'), 'text');
    assert.equal(await refused(join(dir, 'file')), 'EEXIST');
    assert.equal(readFileSync(join(dir, 'file'), 'utf8'), 'text');
    symlinkSync(join(dir, 'nowhere'), join(dir, 'link'));
    assert.equal(await refused(join(dir, 'link')), 'EEXIST');
    mkdirSync(join(dir, 'directory'));
    assert.equal(await refused(join(dir, 'directory')), 'EEXIST');
  });

  test('is not made where others could put one of theirs', async () => {
    const dir = scratch();
    chmodSync(dir, 0o777);
    assert.equal(await refused(join(dir, 's')), 'run-directory-untrusted');
    assert.deepEqual(readdirSync(dir), []);
  });

  test('is missed when somebody takes it away, and another one in its place stays', async (t) => {
    const path = join(scratch(), 's');
    const listener = await serving(t, at(path), echo);
    rmSync(path);
    assert.equal(await listener.inPlace(), false);
    writeFileSync(path, 'theirs');
    await listener.close();
    assert.equal(readFileSync(path, 'utf8'), 'theirs');
  });
});

/** Node unlinks a socket that it closes, so the file is moved away meanwhile. */
async function leaveDeadSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(`${path}.bound`, resolve);
  });
  renameSync(`${path}.bound`, path);
  await new Promise((resolve) => {
    server.close(resolve);
  });
}
