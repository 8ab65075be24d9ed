import assert from 'node:assert/strict';
import { get, httpOf, untilGot } from '../e2e/http-get.ts';
import { suite } from '../e2e/suite.ts';
import { until } from '../e2e/until.ts';
import { anonymousMb, assertClean, attack, connectTo, descriptorsOf, loseOne } from './http-attack.ts';

/** The young generation as it is shipped; with Node's own size memory tells of when it was collected. */
const loopback = {
  env: { BINFMT_KEEPER_HTTP_LISTEN: '127.0.0.1:0', NODE_OPTIONS: '--max-semi-space-size=1' },
};

await suite(import.meta.url, 'hostile clients of HTTP', {
  'are answered or ended, five thousand of them, and every entry comes back meanwhile': async (world) => {
    const daemon = await world.startVerified(loopback);
    const found = await attack(world, daemon, await httpOf(daemon), 5000, 250);
    assert.ok((found.answers['200'] ?? 0) > 20 && (found.answers['400'] ?? 0) > 1000, JSON.stringify(found));
    assert.ok(found.anonymousMb.after < found.anonymousMb.before + 100, JSON.stringify(found));
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'hang by the thousand while entries are lost, and each comes back; who asks is answered': async (world) => {
    const daemon = await world.startVerified(loopback);
    const at = await httpOf(daemon);
    const before = { memory: anonymousMb(daemon.pid), descriptors: descriptorsOf(daemon.pid) };
    let ended = false;
    let connected = 0;
    const hang = (): void => {
      if (ended) return;
      const socket = connectTo(at);
      socket.once('connect', () => {
        connected += 1;
        socket.write('GET /metrics HTTP/1.1\r\nX: ');
      });
      const drip = setInterval(() => socket.write('y'), 500);
      const gone = (): void => {
        clearInterval(drip);
        socket.destroy();
      };
      socket.on('data', gone).on('end', gone);
      // Whoever was dropped comes again.
      socket.once('close', () => {
        clearInterval(drip);
        setTimeout(hang, 1000);
      });
    };
    for (let i = 0; i < 1000; i++) hang();
    await until('a thousand connections', () => (connected >= 1000 ? true : null));
    for (let i = 0; i < 30; i++) {
      await loseOne(world, daemon);
      // 64 connections, and the pipes of probes that happen to run.
      assert.ok(descriptorsOf(daemon.pid) <= before.descriptors + 64 + 40);
    }
    // One that asks may have to make room itself, and asks again.
    for (const path of ['/livez', '/metrics', '/readyz'])
      await untilGot(at, path, ({ status }) => status === 200);
    assert.ok(anonymousMb(daemon.pid) < before.memory + 100);
    assertClean(daemon);
    ended = true;
    return undefined;
  },

  'take no descriptor from a repair, where there are few': async (world) => {
    const daemon = await world.startVerified({ ...loopback, prefix: ['prlimit', '--nofile=128:128'] });
    const at = await httpOf(daemon);
    const clients = Array.from({ length: 300 }, () => connectTo(at));
    for (const client of clients) client.write('GET / HT');
    for (let i = 0; i < 30; i++) await loseOne(world, daemon);
    await untilGot(at, '/readyz', ({ status }) => status === 200);
    assertClean(daemon);
    for (const client of clients) client.destroy();
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'that are many readers of the page and read nothing cost it nothing': async (world) => {
    const daemon = await world.startVerified(loopback);
    const at = await httpOf(daemon);
    const before = anonymousMb(daemon.pid);
    const readers = Array.from({ length: 8 }, () => {
      const socket = connectTo(at);
      socket.pause();
      socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
      return socket;
    });
    for (let i = 0; i < 30; i++) await loseOne(world, daemon);
    assert.equal((await get(at, '/metrics')).status, 200);
    assert.ok(anonymousMb(daemon.pid) < before + 100);
    assertClean(daemon);
    assert.equal(await daemon.ended('SIGTERM'), 0);
    for (const reader of readers) reader.destroy();
    return undefined;
  },
});
