import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sha256 } from '../../../src/core/text/sha256.ts';
import { byteString } from '../../arbitraries.ts';

const nodes = (bytes: string): string => createHash('sha256').update(bytes, 'latin1').digest('hex');

test('SHA-256 is that of node:crypto, at every length around a block and for any bytes', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = 'x'.repeat(length);
    assert.equal(sha256(bytes), nodes(bytes), String(length));
  }
  fc.assert(
    fc.property(byteString({ minLength: 0, maxLength: 300 }), (bytes) => {
      assert.equal(sha256(bytes), nodes(bytes));
    }),
  );
});
