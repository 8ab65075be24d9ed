import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isGlob, parseGlob } from '../../../src/core/text/glob.ts';
import { byteString } from '../../arbitraries.ts';

const text = byteString({ minLength: 0, maxLength: 20 }, '/');
test('a word without special characters matches itself and nothing else', () => {
  fc.assert(
    fc.property(text, text, (word, other) => {
      fc.pre(!isGlob(word));
      assert.equal(parseGlob(word)?.matches(other), word === other);
      assert.equal(parseGlob(word)?.matches(word), true);
    }),
  );
});

test('any word with a backslash before each character matches itself alone', () => {
  fc.assert(
    fc.property(text, text, (word, other) => {
      const pattern = [...word].map((char) => `\\${char}`).join('');
      assert.equal(parseGlob(pattern)?.matches(word), true);
      assert.equal(parseGlob(pattern)?.matches(other), word === other);
    }),
  );
});

test('a pattern matches what is put together from texts that its parts match', () => {
  const pieces: readonly (readonly [string, string])[] = [
    ['a', 'a'],
    ['q', 'q'],
    ['*', ''],
    ['*', 'aqb'],
    ['?', 'b'],
    ['[ab]', 'b'],
    ['[^a]', 'q'],
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (chosen) => {
      const pattern = chosen.map(([part]) => part).join('');
      assert.equal(parseGlob(pattern)?.matches(chosen.map(([, part]) => part).join('')), true);
    }),
    { numRuns: 2000 },
  );
});

test('a star matches every name, also the empty one, but no slash', () => {
  fc.assert(fc.property(text, (name) => assert.equal(parseGlob('*')?.matches(name), true)));
  assert.equal(parseGlob('*')?.matches('a/b'), false);
});

const cases: readonly [string, string, boolean][] = [
  ['qemu-*', 'qemu-aarch64', true],
  ['qemu-*', 'keeper-aarch64', false],
  ['qemu-?', 'qemu-a', true],
  ['qemu-?', 'qemu-', false],
  ['qemu-[a-c]*', 'qemu-arm', true],
  ['qemu-[a-c]*', 'qemu-s390x', false],
  ['qemu-[^a]*', 'qemu-arm', false],
  ['qemu-[^a]*', 'qemu-s390x', true],
  ['*-a*4', 'qemu-aarch64', true],
  ['[\\]]', ']', true],
  ['[\\-a]', '-', true],
];

for (const [pattern, name, expected] of cases)
  test(`${pattern} ${expected ? 'matches' : 'does not match'} ${name}`, () =>
    assert.equal(parseGlob(pattern)?.matches(name), expected));

for (const pattern of ['[', '[]', '[a', '[a-', '[b-a]', 'a\\', '[^]', '[\\'])
  test(`${pattern} is malformed`, () => assert.equal(parseGlob(pattern), null));

test('a hostile pattern costs no more than its length times that of the name', () => {
  const pattern = `${'a*'.repeat(500)}b`;
  assert.equal(parseGlob(pattern)?.matches('a'.repeat(255)), false);
});
