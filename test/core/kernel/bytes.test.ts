import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, textOf } from '../../../src/core/kernel/bytes.ts';

test('text has one character for each of its bytes, and comes back', () => {
  assert.equal(bytesOf('\u00e4 \u20ac'), '\xc3\xa4 \xe2\x82\xac');
  for (const text of ['', '/plain', '/\u00e4/\u20ac', '\u{1f600}', 'a\nb\0c'])
    assert.equal(textOf(bytesOf(text)), text);
});

test('bytes that are no UTF-8 are shown, not kept', () => {
  assert.equal(textOf('/opt/\xff'), '/opt/\ufffd');
});
