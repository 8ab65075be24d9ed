import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseState, printState, type State } from '../../../src/core/report/state-file.ts';

const boot = '6f1c2f4e-5f57-4b0e-9d0a-0e3a51f1a8aa';
const byteString = fc
  .array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 30 })
  .map((bytes) => String.fromCharCode(...bytes));
const sha256 = fc.stringMatching(/^([0-9a-f]{64})?$/);
const interpreter = fc.record({ path: byteString, dev: fc.nat(), ino: fc.maxSafeNat(), sha256 });
const entry = fc.record({
  name: byteString,
  dev: fc.nat(),
  ino: fc.nat(),
  ctimeMs: fc.double({ min: 0, max: 1e15, noNaN: true }).map((ms) => ms + 0),
  interpreter: fc.option(interpreter),
});
const state: fc.Arbitrary<State> = fc.record({
  schema: fc.constant(1 as const),
  bootId: fc.constant(boot),
  entries: fc.array(entry, { maxLength: 5 }),
  canary: fc.array(byteString, { maxLength: 5 }),
  adopted: fc.array(
    fc.record({ name: byteString, text: byteString, behind: fc.array(fc.string(), { maxLength: 3 }) }),
    { maxLength: 3 },
  ),
  stores: fc.array(
    byteString.map((name) => `/${name}`),
    { maxLength: 3 },
  ),
});

const refusal = (text: string): string => {
  const parsed = parseState(text, boot);
  assert.ok(!parsed.ok);
  return parsed.why;
};

test('what is printed is read back, names of any bytes included', () => {
  fc.assert(
    fc.property(state, (value) => {
      assert.deepEqual(parseState(printState(value), boot), {
        ok: true,
        state: JSON.parse(JSON.stringify(value)),
      });
    }),
  );
});

test('a file cut short anywhere is refused', () => {
  fc.assert(
    fc.property(state, fc.nat(), (value, cut) => {
      const text = printState(value).trimEnd();
      refusal(text.slice(0, cut % text.length));
    }),
  );
});

test('any text at all is answered', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => parseState(text, boot).ok === false));
});

test('a state of another schema or another boot is refused and named as such', () => {
  const good = { schema: 1, bootId: boot, entries: [], canary: [] };
  assert.match(refusal(JSON.stringify({ ...good, schema: 2 })), /schema 2/);
  assert.match(refusal(JSON.stringify({ ...good, bootId: 'other' })), /another boot/);
});

test('one damaged entry makes the whole state unusable, for half a list would disown entries', () => {
  const pinned = { path: '/i', dev: 1, ino: 2, sha256: 'a'.repeat(64) };
  const fine = { name: 'x', dev: 1, ino: 2, ctimeMs: 3, interpreter: pinned };
  const withEntry = (damage: object): string =>
    JSON.stringify({ schema: 1, bootId: boot, canary: [], entries: [fine, { ...fine, ...damage }] });
  assert.ok(parseState(withEntry({}), boot).ok);
  for (const damage of [
    { name: '' },
    { name: '\u0100' },
    { ino: '2' },
    { ctimeMs: null },
    { interpreter: undefined },
    { interpreter: { ...pinned, sha256: 'short' } },
  ]) {
    assert.match(refusal(withEntry(damage)), /entries/);
  }
});
