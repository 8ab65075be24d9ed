import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { largestHead, parseHead, printHead } from '../../../src/core/wire/http-head.ts';

function statusOf(head: string): number | 'request' {
  const parsed = parseHead(head);
  return parsed.ok ? 'request' : parsed.answer.status;
}

test('what matters of a request is read', () => {
  const parsed = parseHead('GET /readyz?verbose HTTP/1.1\r\nhOsT: \t localhost:1 \r\nAccept: a\r\nAccept: b');
  assert.deepEqual(parsed, {
    ok: true,
    request: {
      method: 'GET',
      target: '/readyz?verbose',
      host: 'localhost:1',
      accept: 'a, b',
      hasBody: false,
    },
    keepAlive: true,
  });
});

describe('what is no request of HTTP/1 is refused', () => {
  const cases: Readonly<Record<string, readonly [head: string, status: number]>> = {
    'nothing at all': ['', 400],
    TLS: ['\x16\x03\x01\x02\x00', 400],
    'a line without a version (HTTP/0.9)': ['GET /', 400],
    'HTTP/2 with prior knowledge': ['PRI * HTTP/2.0', 505],
    'two spaces': ['GET  / HTTP/1.1\r\nHost: a', 400],
    'a target with a space': ['GET /a b HTTP/1.1\r\nHost: a', 400],
    'a bare line feed, which some take for the end of a line': ['GET / HTTP/1.1\nHost: a', 400],
    'a bare carriage return': ['GET / HTTP/1.1\r\nHost: a\rX: b', 400],
    NUL: ['GET / HTTP/1.1\r\nHost: a\0b', 400],
    'a header that goes on in the next line': ['GET / HTTP/1.1\r\nHost: a\r\n b', 400],
    'a space before the colon': ['GET / HTTP/1.1\r\nHost : a', 400],
    'a header without a name': ['GET / HTTP/1.1\r\n: a', 400],
    'no Host in HTTP/1.1': ['GET / HTTP/1.1', 400],
    'two Hosts': ['GET / HTTP/1.1\r\nHost: a\r\nHost: b', 400],
    'two lengths': ['GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1', 400],
    'a length that is none': ['GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1', 400],
    'too many headers': [`GET / HTTP/1.1\r\nHost: a${'\r\nx: y'.repeat(64)}`, 431],
  };
  for (const [what, [head, status]] of Object.entries(cases))
    test(what, () => assert.equal(statusOf(head), status));
});

test('a length and an encoding are a body, 0 is none', () => {
  const bodyOf = (line: string): boolean => {
    const parsed = parseHead(`GET / HTTP/1.1\r\nHost: a\r\n${line}`);
    assert.ok(parsed.ok);
    return parsed.request.hasBody;
  };
  assert.equal(bodyOf('Content-Length: 0'), false);
  assert.equal(bodyOf('Content-Length: 10'), true);
  assert.equal(bodyOf('Transfer-Encoding: chunked'), true);
});

test('a connection goes on unless the client or its version says otherwise', () => {
  const keeps = (head: string): boolean => {
    const parsed = parseHead(head);
    assert.ok(parsed.ok);
    return parsed.keepAlive;
  };
  assert.equal(keeps('GET / HTTP/1.1\r\nHost: a'), true);
  assert.equal(keeps('GET / HTTP/1.1\r\nHost: a\r\nConnection: x , Close'), false);
  assert.equal(keeps('GET / HTTP/1.0'), false);
});

test('any bytes are a request or get one of four answers, in time that grows with their number', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'GET / HTTP/1.1',
      'Host: a',
      '\r\n',
      '\n',
      ' ',
      '\t',
      ':',
      'Content-Length: ',
      '\0',
      '\xff',
    ),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)) }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const head = pieces.join('').slice(0, largestHead);
      assert.ok(['request', 400, 431, 505].includes(statusOf(head)));
    }),
  );
  // Expressions that try every way to split what does not match would be seen here: it would take minutes.
  for (const part of [' ', '\t', 'a', 'a ', ': ', '\r\n'])
    for (const start of ['', 'GET / HTTP/1.1\r\nHost: a\r\nx: '])
      statusOf(`${start}${part.repeat(largestHead / part.length)}\x80`);
});

test('an answer has one head of whole lines', () => {
  const text = printHead({ status: 200, headers: { 'X-A': 'b' } }, 3, true, 'now');
  assert.equal(
    text,
    'HTTP/1.1 200 OK\r\nDate: now\r\nX-A: b\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n',
  );
  assert.doesNotMatch(printHead({ status: 204, headers: {} }, 0, false, 'now'), /Length/);
});
