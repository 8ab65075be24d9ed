import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import pino from 'pino';
import type { Report } from '../../../src/core/report/report.ts';
import type { Progress } from '../../../src/core/wire/http-checks.ts';
import { createEvents } from '../../../src/daemon/http/events.ts';
import { createHttp, type HttpParts } from '../../../src/daemon/http/http.ts';
import { createViews } from '../../../src/daemon/http/views.ts';
import type { HttpFollower } from '../../../src/host/net/http-connection.ts';
import { listenHttp } from '../../../src/host/net/http-server.ts';
import { reportLike } from '../../cli/reports.ts';
import { get } from '../../e2e/http-get.ts';
import { until } from '../../e2e/until.ts';

describe('views', () => {
  test('are drawn four times a second at most, however often they are asked for and whatever changes', async () => {
    let drawn = 0;
    const views = createViews(
      () => {
        drawn += 1;
        return reportLike();
      },
      async () => {},
    );
    const started = performance.now();
    for (let i = 0; i < 2000; i++) {
      views.changed();
      assert.ok(views.report());
      assert.ok(await views.text('status'));
      assert.ok(await views.text('text'));
    }
    assert.ok(drawn <= 1 + (performance.now() - started) / 250, `${drawn} times`);
  });

  test('of a report that cannot be drawn are none, and those of the next one are', async () => {
    const reports: (Report | null)[] = [null, reportLike()];
    const views = createViews(
      () => {
        const report = reports.shift() ?? null;
        if (report === null) throw new Error('EMFILE');
        return report;
      },
      async () => {},
    );
    assert.equal(await views.text('page'), null);
    views.changed();
    const end = performance.now() + 10_000;
    while (views.report() === null && performance.now() < end) await new Promise(setImmediate);
    assert.match((await views.text('page')) ?? '', /^<!doctype html>/);
  });
});

describe('events', () => {
  test('are drawn for listeners only, and only the newest waits for one that does not read', async () => {
    let drawn = 0;
    const events = createEvents(async () => `line ${++drawn}\nsecond`);
    events.changed();
    await new Promise(setImmediate);
    assert.equal(drawn, 0);
    const quick = listen(events);
    const slow = listen(events, 1000);
    await until('a first message', () => (quick.read.length > 0 ? true : null));
    for (let i = 0; i < 3; i++) {
      events.changed();
      const before = quick.read.length;
      await until('a message', () => (quick.read.length > before ? true : null));
    }
    assert.match(quick.read.at(-1) ?? '', /^data: line \d+\ndata: second\n\n$/);
    assert.deepEqual(slow.read, []);
    quick.leave();
    slow.leave();
    const last = drawn;
    events.changed();
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(drawn, last, 'nobody listens any more');
  });

  test('are for eight at once', () => {
    const events = createEvents(async () => '');
    const all = Array.from({ length: 8 }, () => listen(events));
    const refused = events.answer();
    assert.equal(refused.status, 503);
    for (const one of all) one.leave();
    assert.ok('begin' in events.answer());
  });
});

describe('the server', () => {
  test('that finds its port taken says so, tries again, and takes it back', async (t) => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { http, problems } = start(t, `127.0.0.1:${port}`);
    await http.mend();
    assert.match(
      problems.get(`http-taken 127.0.0.1:${port}`) ?? '',
      new RegExp(`EADDRINUSE.*: uid ${process.getuid?.()} listens there$`),
    );
    await new Promise((resolve) => holder.close(resolve));
    await until('the port', () => (problems.size === 0 ? true : null));
    assert.equal((await get(`http://127.0.0.1:${port}`, '/livez')).status, 200);
  });

  test('that cannot even be loaded is a problem, and is tried again', async (t) => {
    let tries = 0;
    const { http, problems } = start(t, '127.0.0.1:0', undefined, (...args) => {
      tries += 1;
      return tries === 1 ? Promise.reject(new Error('no such module')) : listenHttp(...args);
    });
    await http.mend();
    assert.match(problems.get('http-unavailable 127.0.0.1:0') ?? '', /no such module/);
    await until('another try', () => (problems.size === 0 ? true : null));
    assert.equal(tries, 2);
  });

  test('takes back what it said of an address that is not wished for any more', async (t) => {
    const { http, problems } = start(t, '192.0.2.1:1');
    await http.mend();
    assert.deepEqual([...problems.keys()], ['http-unavailable 192.0.2.1:1']);
    http.use({ listen: '0.0.0.0:0', ui: 'auto', mode: '0600', owner: '' });
    await http.mend();
    assert.deepEqual([...problems.keys()], ['http-exposed 0.0.0.0:0']);
    http.use({ listen: '0.0.0.0:0', ui: 'always', mode: '0600', owner: '' });
    await http.mend();
    assert.match(problems.get('http-exposed 0.0.0.0:0') ?? '', /page/);
    http.use({ listen: 'off', ui: 'auto', mode: '0600', owner: '' });
    await http.mend();
    assert.deepEqual([...problems.keys()], []);
  });

  test('shows nothing but probes while there is nothing to report', async (t) => {
    const { http, at } = start(t, '127.0.0.1:0', {
      phase: 'starting',
      complete: false,
      lookAgeMs: 0,
      lookLimitMs: 1,
    });
    await http.mend();
    for (const path of ['/metrics', '/status', '/', '/events'])
      assert.deepEqual([path, (await get(at(), path)).body], [path, 'starting\n']);
    assert.equal((await get(at(), '/livez')).status, 200);
    assert.equal((await get(at(), '/readyz')).status, 503);
    assert.ok(Number((await get(at(), '/')).headers.refresh) > 0, 'a browser comes back');
  });
});

/** A listener; `stuck` bytes of the last message are never read. */
function listen(events: ReturnType<typeof createEvents>, stuck = 0) {
  const read: string[] = [];
  let leave = (): void => {};
  const follower: HttpFollower = {
    write: (text) => void read.push(text),
    waiting: () => stuck,
    end: () => {},
    onClose: (gone) => {
      leave = gone;
    },
  };
  const answer = events.answer();
  assert.ok('begin' in answer);
  answer.begin(follower);
  return { read, leave: () => leave() };
}

function start(
  t: TestContext,
  address: string,
  progress: Progress = { phase: 'keeping', complete: true, lookAgeMs: 0, lookLimitMs: 1 },
  listen: HttpParts['machine']['listenHttp'] = listenHttp,
) {
  const problems = new Map<string, string>();
  const lines: string[] = [];
  const parts: HttpParts = {
    machine: { listenHttp: listen },
    logger: pino({ base: null, level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    progress: () => progress,
    report: reportLike,
    refresh: async () => {},
    problem: (code, subject, detail) => {
      if (detail === null) problems.delete(`${code} ${subject}`);
      else problems.set(`${code} ${subject}`, detail);
    },
    retryMs: 20,
  };
  const http = createHttp(parts, { listen: address, ui: 'auto', mode: '0600', owner: '' });
  t.after(() => http.close());
  const at = (): string => /"http":"([^"]*)"/.exec(lines.at(-1) ?? '')?.[1] ?? '';
  return { http, problems, at };
}
