/** What is sent on one connection: text of bytes, and whether the client ends its side after it. */
export interface RawRequest {
  readonly bytes: string;
  readonly end: boolean;
}

/** Endless hostile requests, the same ones for the same seed. */
export function createRequests(seed: number): () => RawRequest {
  let state = seed >>> 0 || 1;
  // xorshift32: good enough to choose, and to be repeated
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const pick = <T>(list: readonly [T, ...T[]]): T => list[random(list.length)] ?? list[0];
  const bytes = (most: number): string =>
    String.fromCharCode(...Array.from({ length: random(most) }, () => random(256)));

  const valid = (): string => {
    const lines = [
      `${pick(methods)} ${pick(targets)} ${pick(versions)}`,
      `Host: ${pick(hosts)}`,
      ...Array.from({ length: random(6) }, () => `${pick(names)}: ${pick(values)}`),
    ];
    return `${lines.join('\r\n')}\r\n\r\n`;
  };

  const mutated = (): string => {
    let text = valid();
    for (let i = random(5) + 1; i > 0; i--) {
      const at = random(text.length + 1);
      const rest = text.slice(at + random(3));
      text = text.slice(0, at) + pick(['', bytes(4), pick(splinters), text.slice(at, at + 20)]) + rest;
    }
    return text;
  };

  const huge = (): string => {
    const part = pick([
      'a',
      ' ',
      '\t',
      ':',
      'a: b\r\n',
      '\r\n',
      '%41',
      '\xff',
      '/..',
      '&exclude=a',
      ', x;q=0.1',
    ]);
    const long = part.repeat(Math.ceil((random(20_000) + 1) / part.length));
    return pick([
      `GET /${long} HTTP/1.1\r\nHost: a\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: ${long}\r\n\r\n`,
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: ${long}\r\n\r\n`,
      `GET /readyz?verbose&${long} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `GET / HTTP/1.1\r\n${long}`,
      long,
    ]);
  };

  return () => {
    const kind = random(10);
    const text =
      kind < 2
        ? bytes(400)
        : kind < 7
          ? mutated()
          : kind < 8
            ? huge()
            : kind < 9
              ? valid().repeat(random(40) + 1)
              : valid() + bytes(2000);
    return { bytes: text, end: random(8) > 0 };
  };
}

type Words = readonly [string, ...string[]];

const methods: Words = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PRI',
  'get',
  'X',
];
const targets: Words = [
  ...([
    '/',
    '/livez',
    '/readyz?verbose',
    '/readyz?exclude=mount&exclude=%00',
    '/metrics',
    '/status',
  ] as const),
  ...[
    '/readyz/linux/arm64',
    '/readyz/%zz',
    '/favicon.ico',
    '*',
    'http://localhost/status',
    '//',
    '/../../etc/passwd',
  ],
  ...['/readyz/__proto__', '/livez/constructor', '/?%', '/\u00ff', '/status#x', 'localhost:80'],
];
const versions: Words = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'HTTP/1.2',
  'HTTP/11',
  'http/1.1',
  '',
];
const hosts: Words = [
  'localhost',
  '127.0.0.1:1',
  '[::1]',
  'evil.example',
  '',
  'a b',
  'localhost, evil.example',
];
const names: Words = [
  ...(['Connection', 'Content-Length', 'Transfer-Encoding', 'Expect', 'Upgrade', 'Accept', 'Host'] as const),
  ...['__proto__', 'constructor', 'X', 'Cookie', 'Range', 'TE', 'Trailer', 'Origin', 'Authorization'],
];
const values: Words = [
  ...([
    'close',
    'keep-alive',
    '0',
    '10',
    '-1',
    '99999999999999999999',
    'chunked',
    '100-continue',
    'h2c',
  ] as const),
  ...['application/openmetrics-text', '*/*;q=NaN', 'bytes=0-', '', ' ', '\t', 'websocket', '\x80\xff'],
];
const splinters: Words = [
  '\r',
  '\n',
  '\0',
  '\r\n',
  '\r\n\r\n',
  ' ',
  ':',
  '\t',
  '\x7f',
  '\xff',
  'HTTP/1.1',
  '%',
];
