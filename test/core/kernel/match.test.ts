import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isMoreSpecific, matchesHeader, overlaps } from '../../../src/core/kernel/match.ts';
import type { Matcher } from '../../../src/core/kernel/registration.ts';
import { magicMatcher } from '../../arbitraries.ts';

const jar: Matcher = { kind: 'extension', extension: 'jar' };

test('a file matches where the masked bytes agree at the offset', () => {
  assert.ok(matchesHeader(magic('4142'), bytes('414243')));
  assert.ok(!matchesHeader(magic('4142'), bytes('4143')));
  assert.ok(matchesHeader(magic('4142', 'fffe'), bytes('4143')));
  assert.ok(matchesHeader(magic('4142', 'ffff', 2), bytes('00004142')));
  assert.ok(!matchesHeader(magic('4142', 'ffff', 2), bytes('4142')));
});

test('a short file counts as padded with zeros', () => {
  assert.ok(matchesHeader(magic('410000'), bytes('41')));
  assert.ok(!matchesHeader(magic('410001'), bytes('41')));
});

test('bytes beyond the first 256 are not seen', () => {
  const file = new Uint8Array(300).fill(0x41);
  assert.ok(matchesHeader(magic('41', 'ff', 255), file));
  assert.ok(!matchesHeader(magic('4141', 'ffff', 255), file));
});

test('the extension is what follows the last dot of the name, case and all', () => {
  const none = new Uint8Array();
  assert.ok(matchesHeader(jar, none, 'a.b.jar'));
  assert.ok(matchesHeader(jar, none, '/opt/x.d/.jar'));
  for (const name of ['jar', 'a.JAR', 'a.jar.old', 'a.jar/x', ''])
    assert.ok(!matchesHeader(jar, none, name), name);
  assert.ok(!matchesHeader(jar, bytes('2e6a6172')));
});

test('two magics overlap exactly if one file can match both', () => {
  assert.ok(overlaps(magic('4142'), magic('42', 'ff', 1)));
  assert.ok(!overlaps(magic('4142'), magic('43', 'ff', 1)));
  assert.ok(overlaps(magic('4142'), magic('4143', 'fffe')));
  assert.ok(overlaps(magic('41'), magic('42', 'ff', 200)));
  fc.assert(
    fc.property(magicMatcher, magicMatcher, (a, b) => {
      // The file that satisfies a, and where a does not care, b.
      const file = new Uint8Array(256);
      for (const { offset, magic: bits, mask } of [b, a]) {
        bits.forEach((byte, at) => {
          const kept = (file[offset + at] ?? 0) & ~(mask[at] ?? 0);
          file[offset + at] = kept | (byte & (mask[at] ?? 0));
        });
      }
      assert.equal(overlaps(a, b), matchesHeader(a, file) && matchesHeader(b, file));
    }),
  );
});

test('an extension overlaps itself and every magic', () => {
  assert.ok(overlaps(jar, magic('41')));
  assert.ok(overlaps(magic('41'), jar));
  assert.ok(overlaps(jar, { ...jar }));
  assert.ok(!overlaps(jar, { kind: 'extension', extension: 'wasm' }));
});

test('the more specific matcher asks for all that the other asks for, and more', () => {
  assert.ok(isMoreSpecific(magic('4142'), magic('41')));
  assert.ok(isMoreSpecific(magic('4142'), magic('4142', 'fffe')));
  assert.ok(isMoreSpecific(magic('4142'), magic('42', 'ff', 1)));
  assert.ok(!isMoreSpecific(magic('41'), magic('4142')));
  assert.ok(!isMoreSpecific(magic('41'), magic('41')));
  assert.ok(!isMoreSpecific(magic('4100', 'ff00'), magic('41')));
  assert.ok(!isMoreSpecific(magic('4342'), magic('41')));
  assert.ok(!isMoreSpecific(magic('42', 'ff', 1), magic('00')));
  assert.ok(!isMoreSpecific(jar, magic('41')));
  assert.ok(!isMoreSpecific(magic('41'), jar));
});

test('dropping mask bits never makes a matcher more specific, and makes it less so where one was set', () => {
  fc.assert(
    fc.property(magicMatcher, fc.infiniteStream(fc.integer({ min: 0, max: 255 })), (a, stream) => {
      const wider = { ...a, mask: a.mask.map((mask) => mask & Number(stream.next().value)) };
      const dropped = wider.mask.some((mask, at) => mask !== a.mask[at]);
      assert.equal(isMoreSpecific(a, wider), dropped);
      assert.equal(isMoreSpecific(wider, a), false);
    }),
  );
});

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function magic(hex: string, mask = 'ff'.repeat(hex.length / 2), offset = 0): Matcher {
  return { kind: 'magic', offset, magic: bytes(hex), mask: bytes(mask) };
}
