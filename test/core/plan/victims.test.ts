import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../../src/core/kernel/entry.ts';
import type { Matcher } from '../../../src/core/kernel/registration.ts';
import type { Handler } from '../../../src/core/plan/handler.ts';
import { takesFrom } from '../../../src/core/plan/shadow.ts';
import { createVictimFinder } from '../../../src/core/plan/victims.ts';

const byte = fc.constantFrom(0, 1, 2, 0x7f);
const magic: fc.Arbitrary<Matcher> = fc
  .record({
    offset: fc.nat(4),
    bytes: fc.array(fc.tuple(byte, fc.constantFrom(0, 1, 0xff)), { minLength: 1, maxLength: 6 }),
  })
  .map(({ offset, bytes }) => ({
    kind: 'magic',
    offset,
    magic: Uint8Array.from(bytes, ([b]) => b),
    mask: Uint8Array.from(bytes, ([, m]) => m),
  }));
const extension: fc.Arbitrary<Matcher> = fc
  .constantFrom('jar', 'wasm', 'py')
  .map((text) => ({ kind: 'extension', extension: text }));
const matcher = fc.oneof({ weight: 4, arbitrary: magic }, extension);

const handler = (key: number, wanted: Matcher, samples: readonly Uint8Array[]): Handler => ({
  key: String(key),
  platforms: [],
  registration: { name: `h${key}`, matcher: wanted, interpreter: '/i', flags: '' },
  interpreter: null,
  samples: wanted.kind === 'magic' ? samples : [],
});
const handlers = fc
  .array(fc.tuple(matcher, fc.array(fc.uint8Array({ min: 0, max: 2, minLength: 12, maxLength: 12 }))), {
    maxLength: 40,
  })
  .map((all) => all.map(([wanted, samples], i) => handler(i, wanted, samples)));
const entry = fc.tuple(fc.option(matcher), fc.boolean()).map(
  ([found, enabled]): Entry => ({
    ...{ name: 'e', enabled, interpreter: '/x', flags: '', unknown: [] },
    ...{ matcher: found, id: { dev: 1, ino: 1, ctimeMs: 1 } },
  }),
);

test('the finder names exactly those handlers that would be told one by one', () => {
  let taken = 0;
  fc.assert(
    fc.property(handlers, fc.array(entry, { maxLength: 20 }), (all, entries) => {
      const find = createVictimFinder(all);
      for (const one of [...entries, ...entries]) {
        const expected = all.filter((h) => takesFrom(one, h));
        taken += expected.length;
        assert.deepEqual(new Set(find(one)), new Set(expected));
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(taken > 100, 'the examples must take something');
});
