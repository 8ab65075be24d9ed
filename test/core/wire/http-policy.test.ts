import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readHttpAddress } from '../../../src/core/config/http-address.ts';
import type { HttpRequest } from '../../../src/core/wire/http-answer.ts';
import { admit, httpPolicy, prefersOpenMetrics } from '../../../src/core/wire/http-policy.ts';

const plain: HttpRequest = { method: 'GET', target: '/', host: 'localhost:8676', accept: '', hasBody: false };

function policyOf(listen: string, ui: 'auto' | 'always' | 'never' = 'auto') {
  const read = readHttpAddress(listen);
  assert.ok(read.ok && read.address !== null);
  return httpPolicy(read.address, ui);
}

/** The kind of what may be answered, or the status of the refusal. */
function asked(request: Partial<HttpRequest>, listen = '127.0.0.1:8676', ui?: 'auto' | 'always' | 'never') {
  const given = admit({ ...plain, ...request }, policyOf(listen, ui));
  return 'kind' in given ? given.kind : given.status;
}

describe('what is served where', () => {
  const routes = ['/livez', '/readyz', '/healthz', '/metrics', '/favicon.ico', '/', '/status', '/events'];
  const open = ['livez', 'readyz', 'livez', 'metrics', 'icon'];
  const cases: readonly (readonly [
    listen: string,
    ui: 'auto' | 'always' | 'never',
    rest: readonly unknown[],
  ])[] = [
    ['127.0.0.1:1', 'auto', ['page', 'status', 'events']],
    ['127.9.9.9:1', 'auto', ['page', 'status', 'events']],
    ['[::1]:1', 'auto', ['page', 'status', 'events']],
    ['unix:/run/x', 'auto', ['page', 'status', 'events']],
    ['0.0.0.0:1', 'auto', [403, 403, 403]],
    ['[::]:1', 'auto', [403, 403, 403]],
    ['10.0.0.7:1', 'auto', [403, 403, 403]],
    ['10.0.0.7:1', 'always', ['page', 'status', 'events']],
    ['127.0.0.1:1', 'never', [403, 403, 403]],
    ['unix:/run/x', 'never', [403, 403, 403]],
    ['0.0.0.0:1', 'never', [403, 403, 403]],
  ];
  for (const [listen, ui, rest] of cases) {
    test(`${listen}, ${ui}`, () => {
      assert.deepEqual(
        routes.map((target) => asked({ target }, listen, ui)),
        [...open, ...rest],
      );
    });
  }

  test('a refusal says why and what to do', () => {
    const given = admit({ ...plain, target: '/status' }, policyOf('0.0.0.0:1'));
    assert.ok('body' in given);
    assert.match(given.body, /not loopback, and http\.ui is auto/);
  });
});

describe('on loopback only names of the loopback are answered, so that no other site can be pointed at it', () => {
  for (const host of ['localhost', 'LocalHost:1', '127.0.0.1', '127.1.2.3:8676', '[::1]', '[::1]:8676', null])
    test(`${host} is one`, () => assert.equal(asked({ host }), 'page'));
  for (const host of [
    ...[
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'evil.example:8676',
      '',
      'localhost:',
    ],
    ...[
      '127.0.0.1@evil.example',
      '[::1].evil.example',
      '0.0.0.0',
      '2130706433',
      '[::ffff:127.0.0.1]',
      '10.0.0.1',
    ],
    ...['localhost\r', ' localhost', 'localhost:1:2', '127.0.0.1:123456'],
  ])
    test(`${JSON.stringify(host)} is none`, () => assert.equal(asked({ host }), 421));
  test('probes and metrics are no exception', () => {
    for (const target of ['/livez', '/metrics']) assert.equal(asked({ target, host: 'evil.example' }), 421);
  });
  test('elsewhere hosts have many names, and browsers reach no unix socket', () => {
    assert.equal(asked({ target: '/metrics', host: 'node7.example' }, '10.0.0.7:1'), 'metrics');
    assert.equal(asked({ host: 'anything' }, 'unix:/run/x'), 'page');
  });
});

describe('nothing changes anything', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'get'])
    test(`${method} is not allowed`, () => {
      const given = admit({ ...plain, method }, policyOf('127.0.0.1:1'));
      assert.ok('status' in given);
      assert.equal(given.status, 405);
      assert.equal(given.headers.Allow, 'GET, HEAD');
      assert.equal(given.headers['Access-Control-Allow-Origin'], undefined);
    });
  test('a body is refused', () => assert.equal(asked({ hasBody: true }), 413));
});

describe('paths', () => {
  for (const target of [
    ...[
      '/nothing',
      '//',
      '/livezz',
      '/metrics/',
      '/status/..',
      '/%2e',
      '/../etc/passwd',
      '/LIVEZ',
      '/livez;x',
      '/.',
    ],
    '/status%00',
  ])
    test(`${target} is nothing`, () => assert.equal(asked({ target }), 404));
  for (const target of ['http://evil.example/livez', '*', 'livez', 'evil.example:443'])
    test(`${target} is no path`, () => assert.equal(asked({ target }), 400));
  test('a query does not change what is asked for', () => {
    assert.equal(asked({ target: '/?x' }), 'page');
    assert.equal(asked({ target: '/metrics?x=%zz' }), 'metrics');
  });
  test('one check is named by the rest of the path, slashes and escapes included', () => {
    const named = (target: string): unknown => {
      const given = admit({ ...plain, target }, policyOf('127.0.0.1:1'));
      return 'name' in given ? given.name : undefined;
    };
    assert.equal(named('/readyz/linux/arm/v7'), 'linux/arm/v7');
    assert.equal(named('/readyz/linux%2Farm64?verbose'), 'linux/arm64');
    assert.equal(named('/readyz/%zz'), '%zz');
    assert.equal(named('/readyz/'), null);
    assert.equal(named('/readyz'), null);
  });
});

test('OpenMetrics is for clients that would rather have it, as Prometheus says it', () => {
  const prometheus =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
  assert.equal(prefersOpenMetrics(prometheus), true);
  assert.equal(prefersOpenMetrics('application/openmetrics-text'), true);
  for (const accept of [
    ...['', '*/*', 'text/plain', 'text/html,*/*;q=0.8', 'application/openmetrics-text;q=0'],
    'text/plain;q=1, application/openmetrics-text;q=0.5',
  ])
    assert.equal(prefersOpenMetrics(accept), false, accept);
});
