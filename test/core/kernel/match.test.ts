import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hides, isMoreSpecific, matchesHeader, overlaps } from '../../../src/core/kernel/match.ts';
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

test('an entry is hidden where all its files are taken by one in front', () => {
  assert.ok(hides(magic('4d5a'), magic('4d5a714670440a')), 'wine hides the longer line of APE');
  assert.ok(!hides(magic('4d5a714670440a'), magic('4d5a')));
  assert.ok(hides(magic('4d5a'), magic('4d5a')));
  assert.ok(hides(magic('00', '00', 200), jar), 'what takes every file takes every extension');
  assert.ok(!hides(magic('41'), jar));
  assert.ok(!hides(jar, magic('41')));
});

/** Two bits of three bytes, and a name: everything that these matchers can ask for, so that trying all files decides. */
const values = [0, 1, 2, 3];
const everyFile = values.flatMap((a) =>
  values.flatMap((b) =>
    values.flatMap((c) => ['x', 'x.a', 'x.b', 'x.a.b'].map((name) => ({ name, header: [a, b, c] }))),
  ),
);
const small: fc.Arbitrary<Matcher> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        offset: fc.nat(2),
        pairs: fc.array(fc.tuple(fc.nat(3), fc.constantFrom(0, 1, 2, 3, 3)), { minLength: 1, maxLength: 3 }),
      })
      .map(({ offset, pairs }) => {
        const kept = pairs.slice(0, 3 - offset);
        const part = (at: 0 | 1): Uint8Array => Uint8Array.from(kept, (pair) => pair[at]);
        return { kind: 'magic', offset, magic: part(0), mask: part(1) } as const;
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('a', 'b', 'a.b')
      .map((extension): Matcher => ({ kind: 'extension', extension })),
  },
);

test('what is said of a pair is what trying every file shows', () => {
  const takes = (one: Matcher) =>
    everyFile.filter((f) => matchesHeader(one, Uint8Array.from(f.header), f.name));
  fc.assert(
    fc.property(small, small, (front, behind) => {
      const first = new Set(takes(front));
      const all = takes(behind);
      const common = all.filter((file) => first.has(file));
      assert.equal(overlaps(front, behind), common.length > 0, 'overlaps');
      assert.equal(hides(front, behind), all.length > 0 && common.length === all.length, 'hides');
      if (hides(front, behind)) assert.ok(overlaps(front, behind));
    }),
    { numRuns: 3000 },
  );
});

test('of any two magics one hides the other exactly if no bit that it asks for is left open or another there', () => {
  fc.assert(
    fc.property(magicMatcher, magicMatcher, fc.boolean(), (a, b, wider) => {
      const front: Matcher = wider ? { ...b, mask: b.mask.map((mask, at) => mask & (a.mask[at] ?? 0)) } : a;
      if (wider) assert.ok(hides(front, b));
      // A file that fits `behind` and differs from what `front` asks for wherever it may.
      const file = Uint8Array.from({ length: 256 }, (_, at) => {
        const asked = ask(front, at);
        const given = ask(b, at);
        return (given.bits & given.mask) | (~asked.bits & ~given.mask & 0xff);
      });
      assert.ok(matchesHeader(b, file));
      assert.equal(hides(front, b), matchesHeader(front, file));
    }),
  );
});

function ask(of: Matcher, at: number): { bits: number; mask: number } {
  assert.equal(of.kind, 'magic');
  const magicOf = of.kind === 'magic' ? of : null;
  const place = at - (magicOf?.offset ?? 0);
  return { bits: magicOf?.magic[place] ?? 0, mask: magicOf?.mask[place] ?? 0 };
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function magic(hex: string, mask = 'ff'.repeat(hex.length / 2), offset = 0): Matcher {
  return { kind: 'magic', offset, magic: bytes(hex), mask: bytes(mask) };
}
