import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../../src/core/config/config.ts';
import { placesIn } from '../../../src/core/config/places.ts';

const text = `platforms: [linux/arm64, riscv64]
adopt: [jar, ü]
interpreters: {sources: [/a, /b], store: /c}
handlers:
  - name: wine
    extension: exe
    interpreter: /usr/bin/wine
  - {name: é, extension: e, interpreter: /usr/bin/e}
`;

function placeOf(code: string, subject: string, flags = {}): string | null {
  const file = { name: 'f', text };
  const parsed = parseConfig({ file, env: {}, flags });
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.errors.join());
  return placesIn(file, parsed.config, parsed.origins)({ code, subject });
}

const bytes = (name: string) => Buffer.from(name).toString('latin1');

test('what a problem of the host is about is found in the file', () => {
  const cases: readonly (readonly [code: string, subject: string, place: string | null])[] = [
    ['interpreter-missing', 'wine', 'f:7:18'],
    ['name-taken', 'wine', 'f:5:11'],
    ['entry-interpreter-machine', bytes('é'), 'f:8:42'],
    ['check-untrusted', 'wine', 'f:5:5'],
    ['adopted-missing', bytes('ü'), 'f:2:14'],
    ['source-missing', 'riscv64', 'f:1:26'],
    ['source-missing', 'aarch64', 'f:1:13'],
    ['hung-path', '/b', 'f:3:30'],
    ['store-full', 'aarch64', 'f:3:42'],
    ['source-missing', 's390x', null],
    ['dangerous-entry', 'toString', null],
  ];
  for (const [code, subject, place] of cases)
    assert.equal(placeOf(code, subject), place, `${code} ${subject}`);
});

test('what a flag says is blamed on the flag', () => {
  assert.equal(placeOf('source-missing', 's390x', { platforms: 's390x' }), '--platforms');
  assert.equal(placeOf('interpreter-missing', 'wine', { platforms: 's390x' }), 'f:7:18');
});
