import assert from 'node:assert/strict';
import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cli } from './cli.ts';
import type { DaemonOptions } from './daemon.ts';
import { targets } from './foreign.ts';
import { follow, get, httpOf, untilGot } from './http-get.ts';
import { suite } from './suite.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

const [target] = targets;
const ours = `keeper-${target}`;
const loopback: DaemonOptions = { env: { BINFMT_KEEPER_HTTP_LISTEN: '127.0.0.1:0' } };
/** Nothing of the command line or the environment stands before the file. */
const byFile: DaemonOptions = { env: { BINFMT_KEEPER_HTTP_LISTEN: '' } };

async function served(world: World, options: DaemonOptions = loopback) {
  const daemon = await world.startVerified(options);
  return { daemon, at: await httpOf(daemon) };
}

await suite(import.meta.url, 'HTTP', {
  'answers probes, metrics, status and page of a daemon that is well': async (world) => {
    const { at } = await served(world);
    for (const path of ['/livez', '/readyz', '/healthz', '/readyz/linux/arm64', '/livez/loop'])
      assert.deepEqual([path, (await get(at, path)).status, (await get(at, path)).body], [path, 200, 'ok\n']);
    const verbose = await get(at, '/readyz?verbose');
    assert.match(
      verbose.body,
      /^\[\+\]lock ok\n\[\+\]first-pass ok\n\[\+\]mount ok\n\[\+\]instance ok\n\[\+\]host-programs ok\n\[\+\]kept ok\n\[\+\]linux/,
    );
    const metrics = await get(at, '/metrics');
    assert.equal(metrics.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(metrics.body, /^binfmt_keeper_handler_desired\{handler="keeper-aarch64"\} 1$/m);
    const open = await get(at, '/metrics', { Accept: 'application/openmetrics-text' });
    assert.match(open.headers['content-type'] ?? '', /^application\/openmetrics-text; version=1\.0\.0/);
    assert.match(open.body, /\n# EOF\n$/);
    const page = await get(at, '/');
    assert.match(page.headers['content-type'] ?? '', /^text\/html/);
    assert.match(page.body, /^<!doctype html>[\s\S]*linux\/arm64[\s\S]*<\/html>\s*$/);
    assert.equal((await get(at, '/favicon.ico')).status, 204);
    assert.equal((await get(at, '/nothing')).status, 404);
    for (const { headers } of [verbose, metrics, page]) {
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      assert.equal(headers['cache-control'], 'no-store');
      assert.match(String(headers['content-security-policy']), /default-src 'none'/);
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.equal(headers.server, undefined);
    }
    return undefined;
  },

  'says what status -o json says': async (world) => {
    const { at } = await served(world);
    const timeless = (text: string): string =>
      text
        .replace(/"(at|unavailableMs|cpuMs|residentBytes)": [\d.]+/g, '')
        .replace(/"emulated": (null|\[[^\]]*\])/, '');
    const { status, headers, body } = await get(at, '/status');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(timeless(body), timeless(cli(world, ['status', '-o', 'json']).said));
    return undefined;
  },

  'finds the daemon alive whatever becomes of the entries, and ready again after the heal': async (world) => {
    const { daemon, at } = await served(world);
    for (let i = 0; i < 5; i++) {
      world.write(`${world.main}/${ours}`, '-1');
      assert.equal((await get(at, '/livez')).status, 200);
    }
    await daemon.healed(ours, 'missing');
    await untilGot(at, '/readyz', ({ status }) => status === 200);
    const { body } = await untilGot(at, '/metrics', (got) =>
      /^binfmt_keeper_heals_total\{.*\} [1-9]/m.test(got.body),
    );
    assert.match(body, /^binfmt_keeper_heals_total\{handler="keeper-aarch64",reason="missing"\} [1-9]/m);
    return undefined;
  },

  'is not ready while the instance is switched off, and alive': async (world) => {
    const { at } = await served(world, {
      env: { ...loopback.env, BINFMT_KEEPER_ON_STATUS_ZERO: 'respect' },
    });
    world.write(`${world.main}/status`, '0');
    const { body } = await untilGot(at, '/readyz', ({ status }) => status === 503);
    assert.match(body, /^\[-\]instance failed: switched off/m);
    assert.equal((await get(at, '/readyz/instance')).status, 503);
    assert.equal((await get(at, '/livez')).status, 200);
    return undefined;
  },

  'is ready by the anchor while the main mount is away': async (world) => {
    const { at } = await served(world);
    world.must('umount', world.main);
    for (let i = 0; i < 20; i++) assert.equal((await get(at, '/readyz')).status, 200);
    await world.untilMounted(world.main);
    return undefined;
  },

  'is not ready where a required platform cannot be had, unless that is left out': async (world) => {
    const daemon = world.start({ ...loopback, flags: ['--interpreters-sources', `${world.dir}/none`] });
    const at = await httpOf(daemon);
    const { body } = await untilGot(at, '/readyz', ({ body }) => body.includes('[+]first-pass'));
    assert.match(body, /^\[-\]linux\/arm64 failed: missing$/m);
    assert.doesNotMatch(body, new RegExp(world.dir));
    const names = [...body.matchAll(/^\[-\](\S+)/gm)].map((match) => `exclude=${match[1]}`);
    assert.equal((await get(at, `/readyz?${names.join('&')}`)).status, 200);
    assert.equal((await get(at, '/livez')).status, 200);
    return undefined;
  },

  'stands by unready and alive, and takes over': async (world) => {
    const first = await served(world);
    const second = world.start(loopback);
    const at = await httpOf(second);
    const { status, body } = await get(at, '/readyz');
    assert.deepEqual(
      [status, body.split('\n')[0]],
      [503, '[-]lock failed: another keeper serves this instance; standing by'],
    );
    assert.equal((await get(at, '/readyz?exclude=lock')).status, 200);
    assert.equal((await get(at, '/livez')).status, 200);
    assert.equal((await get(at, '/metrics')).status, 503);
    assert.equal(await first.daemon.ended('SIGTERM'), 0);
    await untilGot(at, '/readyz', (got) => got.status === 200);
    assert.equal((await get(at, '/metrics')).status, 200);
    return undefined;
  },

  'answers to names of the loopback only': async (world) => {
    const { at } = await served(world);
    for (const path of ['/', '/status', '/metrics', '/readyz'])
      assert.equal((await get(at, path, { Host: 'rebound.example:8676' })).status, 421, path);
    assert.equal((await get(at, '/', { Host: `localhost:${at.split(':').at(-1)}` })).status, 200);
    return undefined;
  },

  'shows probes and metrics alone where it is not loopback, with no path in them, and warns': async (
    world,
  ) => {
    const { daemon, at } = await served(world, { env: { BINFMT_KEEPER_HTTP_LISTEN: '0.0.0.0:0' } });
    for (const path of ['/', '/status', '/events']) {
      const { status, body } = await get(at, path);
      assert.equal(status, 403, path);
      assert.match(body, /http\.ui/);
    }
    for (const path of ['/livez?verbose', '/readyz?verbose', '/metrics']) {
      const { status, body } = await get(at, path, { Host: 'node7.example' });
      assert.equal(status, 200, path);
      for (const place of [world.dir, '/usr/bin', String(daemon.pid)])
        assert.ok(!body.includes(place), `${path} has ${place} in it`);
    }
    const report = await daemon.problem('http-exposed');
    const problem = report.problems.find((p) => p.code === 'http-exposed');
    assert.equal(problem?.severity, 'warning');
    assert.match(problem?.detail ?? '', /metrics and probes$/);
    assert.equal(cli(world, ['status']).status, 0, 'exit statuses do not speak of it');
    return undefined;
  },

  'moves where a reload says so, and shows the page where it is to, without a restart': async (world) => {
    world.configure('http: {listen: "127.0.0.1:0"}\n');
    const { daemon, at } = await served(world, byFile);
    const follower = follow(at);
    await until('an event', () => (follower.text().includes('data:') ? true : null));
    const path = `${world.run}/http.sock`;
    let from = daemon.log.length;
    world.configure(`http: {listen: "unix:${path}", mode: "0640"}\n`);
    daemon.kill('SIGHUP');
    assert.equal(await httpOf(daemon, from), `unix:${path}`);
    await follower.ended;
    await assert.rejects(get(at, '/livez'), /ECONNREFUSED/);
    assert.equal(lstatSync(path).mode & 0o777, 0o640);
    assert.equal((await get(`unix:${path}`, '/', { Host: 'anything' })).status, 200);
    from = daemon.log.length;
    world.configure(`http: {listen: "unix:${path}", mode: "0640", ui: never}\n`);
    daemon.kill('SIGHUP');
    await untilGot(`unix:${path}`, '/', ({ status }) => status === 403);
    assert.equal((await get(`unix:${path}`, '/readyz')).status, 200);
    world.configure('http: {listen: "off"}\n');
    daemon.kill('SIGHUP');
    await until('the socket to go', () => (existsSync(path) ? null : true));
    return undefined;
  },

  'has a socket of the wished owner, makes it again when it is removed, and takes it along at the end':
    async (world) => {
      const path = `${world.dir}/door/http.sock`;
      const { daemon, at } = await served(world, {
        env: { BINFMT_KEEPER_HTTP_LISTEN: `unix:${path}`, BINFMT_KEEPER_HTTP_OWNER: 'root:root' },
        flags: ['--resync', '200ms', '--http-mode', '0660'],
      });
      const found = lstatSync(path);
      assert.deepEqual([found.uid, found.gid, found.mode & 0o777], [0, 0, 0o660]);
      world.must('rm', path);
      await until('a new socket', () => (existsSync(path) ? true : null));
      await untilGot(at, '/readyz', ({ status }) => status === 200);
      assert.equal(await daemon.ended('SIGKILL'), null);
      assert.ok(existsSync(path), 'left by the dead');
      const next = await world.startVerified({ env: { BINFMT_KEEPER_HTTP_LISTEN: `unix:${path}` } });
      assert.equal((await get(await httpOf(next), '/readyz')).status, 200);
      assert.equal(await next.ended('SIGTERM'), 0);
      assert.ok(!existsSync(path));
      return undefined;
    },

  'that cannot be had is a problem and no failure, and is tried again': async (world) => {
    const holder = createServer(() => {});
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => {
        const address = holder.address();
        resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
      });
    });
    const daemon = await world.startVerified({ env: { BINFMT_KEEPER_HTTP_LISTEN: `127.0.0.1:${port}` } });
    const report = await daemon.problem('http-taken');
    assert.ok(report.ready);
    assert.match(report.problems.find((p) => p.code === 'http-taken')?.detail ?? '', /EADDRINUSE/);
    assert.equal(cli(world, ['status']).status, 0);
    assert.equal(cli(world, ['health']).status, 0);
    await new Promise((resolve) => {
      holder.close(resolve);
    });
    const at = await httpOf(daemon);
    assert.equal((await get(at, '/readyz')).status, 200);
    await daemon.reported('that it is solved', (r) => !r.problems.some((p) => p.code === 'http-taken'));
    assert.equal(await daemon.ended('SIGTERM'), 0);
    return undefined;
  },

  'is not served from a path where others could put something, nor over a file': async (world) => {
    const path = `${world.dir}/open/http.sock`;
    world.must('mkdir', '-m', '777', `${world.dir}/open`);
    const env = { BINFMT_KEEPER_HTTP_LISTEN: `unix:${path}` };
    const daemon = await world.startVerified({ env });
    const report = await daemon.problem('http-unavailable');
    assert.match(
      report.problems.find((p) => p.code === 'http-unavailable')?.detail ?? '',
      /writable by others/,
    );
    world.must('chmod', '755', `${world.dir}/open`);
    writeFileSync(path, 'mine');
    await daemon.reported('that the file is in the way', (r) =>
      r.problems.some((p) => p.code === 'http-unavailable' && p.detail.includes('is no socket')),
    );
    world.must('rm', path);
    assert.equal((await get(await httpOf(daemon), '/readyz')).status, 200);
    return undefined;
  },

  'tells an open page of a heal': async (world) => {
    const { at } = await served(world);
    const { text, stop } = follow(at);
    await until('the first event', () => (text().includes('\n\n') ? true : null));
    const before = text();
    assert.match(before, /^data: <main id="live"[\s\S]*linux\/arm64/);
    assert.doesNotMatch(before, /healed|missing/i);
    world.write(`${world.main}/${ours}`, '-1');
    await until('the event of the heal', () =>
      text().length > before.length && /missing/.test(text()) ? true : null,
    );
    stop();
    return undefined;
  },

  'keeps eight pages up to date and refuses the ninth': async (world) => {
    const { at } = await served(world);
    const pages = Array.from({ length: 8 }, () => follow(at));
    for (const page of pages) await until('an event', () => (page.text().includes('data:') ? true : null));
    assert.equal((await get(at, '/events')).status, 503);
    for (const page of pages) page.stop();
    assert.equal((await get(at, '/readyz')).status, 200);
    return undefined;
  },

  'ends at once with the daemon, open pages and silent connections too': async (world) => {
    const { daemon, at } = await served(world);
    const page = follow(at);
    await until('an event', () => (page.text().includes('data:') ? true : null));
    const { createConnection } = await import('node:net');
    const silent = createConnection({ host: '127.0.0.1', port: Number(at.split(':').at(-1)) });
    await new Promise((resolve) => silent.once('connect', resolve));
    const closed = new Promise((resolve) => silent.once('close', resolve));
    silent.on('error', () => {});
    const since = performance.now();
    assert.equal(await daemon.ended('SIGTERM'), 0);
    await Promise.all([page.ended, closed]);
    assert.ok(performance.now() - since < 4000, 'sooner than any time limit of a connection');
    return undefined;
  },
});
