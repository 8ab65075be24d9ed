import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { readHttpAddress } from '../../../src/core/config/http-address.ts';

test('what Node takes for an address is taken, and nothing else', () => {
  const digit = fc.constantFrom(...'0123456789abcdef:.');
  const anything = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: digit, maxLength: 20 }));
  fc.assert(
    fc.property(anything, (host) => {
      const kind = isIP(host);
      const read = readHttpAddress(kind === 6 || host.includes(':') ? `[${host}]:80` : `${host}:80`);
      assert.equal(read.ok, kind !== 0, host);
    }),
    { numRuns: 5000 },
  );
});

test('loopback is told from what others can reach', () => {
  const loopback = (text: string) => {
    const read = readHttpAddress(text);
    return read.ok && read.address?.kind === 'tcp' ? read.address.loopback : null;
  };
  for (const text of ['127.0.0.1:1', '127.9.9.9:1', 'localhost:1', '[::1]:1', '[0:0:0:0:0:0:0:1]:1'])
    assert.equal(loopback(text), true, text);
  for (const text of ['0.0.0.0:1', '[::]:1', '10.0.0.1:1', '[1::1]:1', '[0:0:0:0:0:0:1:1]:1', '[::11]:1'])
    assert.equal(loopback(text), false, text);
});

test('off is nowhere, unix: a socket, and the rest is refused', () => {
  assert.deepEqual(readHttpAddress('off'), { ok: true, address: null });
  assert.deepEqual(readHttpAddress('unix:/run/k/http'), {
    ok: true,
    address: { kind: 'unix', path: '/run/k/http' },
  });
  const refused = [
    '',
    '8676',
    ':8676',
    'example.org:80',
    '127.0.0.1',
    '127.0.0.1:65536',
    '127.0.0.1:',
    '::1:80',
    'unix:run/x',
    'unix:/a/../b',
    'unix:/a\nb',
    `unix:/${'a'.repeat(107)}`,
    'http://127.0.0.1:80',
    '127.0.0.1:80\n',
  ];
  for (const text of refused) assert.equal(readHttpAddress(text).ok, false, JSON.stringify(text));
});
