import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nearest } from '../../../src/core/text/suggest.ts';

const keys = ['interval', 'timeout', 'enabled', 'platforms', 'names'];

test('a missing, extra, wrong or swapped letter finds the word', () => {
  for (const typo of ['intervl', 'intervall', 'intorval', 'inetrval', 'INTERVAL', 'interval']) {
    assert.equal(nearest(typo, keys), 'interval', typo);
  }
});

test('a word that resembles nothing gets no suggestion', () => {
  for (const word of ['', 'x', 'zzzzzzzz', 'colour', 'a'.repeat(1_000_000)]) {
    assert.equal(nearest(word, keys), undefined, word.slice(0, 20));
  }
});

test('a word of which every letter would change is no suggestion', () => {
  assert.equal(nearest('a', ['b', 'c']), undefined);
});

test('of equally near words the first wins', () => {
  assert.equal(nearest('cap', ['cat', 'car']), 'cat');
});

test('whatever is suggested is one of the words, and each word suggests itself', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string({ minLength: 1, maxLength: 20 })), (word, words) => {
      const found = nearest(word, words);
      assert.ok(found === undefined || words.includes(found));
      for (const known of words) assert.equal(nearest(known, words)?.toLowerCase(), known.toLowerCase());
    }),
  );
});
