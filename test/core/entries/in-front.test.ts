import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { findHidden } from '../../../src/core/entries/in-front.ts';
import { meetings } from '../../../src/core/entries/meetings.ts';
import type { Entry } from '../../../src/core/kernel/entry.ts';
import { hides, overlaps } from '../../../src/core/kernel/match.ts';
import type { Matcher } from '../../../src/core/kernel/registration.ts';
import { parseLine } from '../../../src/core/kernel/registration-line.ts';
import { magicMatcher } from '../../arbitraries.ts';

let ino = 0;

/** What the kernel shows of a line. */
function entry(line: string, enabled = true): Entry {
  const read = parseLine(line);
  assert.ok(read.ok, line);
  ino += 1;
  return { ...read.registration, enabled, unknown: [], id: { dev: 1, ino, ctimeMs: 0 } };
}

/** What is told, the newest entry first: `name code`, and whom it names. */
function told(lines: readonly string[], ours: readonly string[] = []): string[] {
  const entries = lines.map((line) => entry(line));
  const found = findHidden(entries, { ours: ({ name }) => (ours.includes(name) ? 'in the store' : null) });
  return entries.flatMap((one) => (found.get(one) ?? []).map((p) => `${p.subject} ${p.code}: ${p.detail}`));
}

const wine = ':wine:M::MZ::/usr/bin/wine:';
const ape = ':APE:M::MZqFpD::/usr/bin/ape:';
const wsl = ':WSLInterop:M::MZ::/init:P';
const jar = ':jar:E::jar::/usr/bin/jexec:';

describe('who stands in front of whom', () => {
  test("Debian's APE line before wine takes some of its files", () => {
    assert.deepEqual(told([ape, wine]), [
      'APE entry-in-front: it stands in front of wine and takes some of its files',
      'wine entry-overlapped: APE stands in front of it and takes its files that match 4d5a71467044 at 0 as well',
    ]);
  });

  test('a later MZ takes all from WSLInterop, and wine all from APE', () => {
    assert.deepEqual(told([wine, wsl]), [
      'wine entry-in-front: it stands in front of WSLInterop and takes all of its files',
      'WSLInterop entry-hidden: wine stands in front of it and takes all its files',
    ]);
    assert.match(told([wine, ape]).join(), /APE entry-hidden/);
  });

  test('what the keeper serves is no fault of the other', () => {
    const mine = ':keeper-x:M::MZ::/store/x:F';
    assert.deepEqual(told([mine, wine], ['keeper-x']), [
      'wine entry-covered: keeper-x, which the keeper registered, serves all its files',
    ]);
    assert.match(told([wine, mine], ['keeper-x']).join(), /keeper-x entry-hidden: wine/);
  });

  test('what runs the same is all one, and what is disabled takes nothing', () => {
    assert.deepEqual(told([wine, wine.replace('wine:M', 'other:M')]), []);
    const entries = [entry(wine, false), entry(wsl), entry(ape, false)];
    assert.equal(findHidden(entries, { ours: () => null }).size, 0);
  });

  test('an extension is hidden by its like, and by what takes every file', () => {
    assert.deepEqual(
      told([jar, wine, ape.replace('qFpD', '')]).filter((t) => t.startsWith('jar')),
      [],
    );
    assert.match(
      told([jar.replace('jexec', 'java').replace(':jar:', ':new:'), jar]).join(),
      /jar entry-hidden: new/,
    );
    assert.match(
      told([':all:M::A:\\x00:/x:', jar, wine]).join(),
      /jar entry-hidden: all.*wine entry-hidden: all/,
    );
  });

  test('what is hidden itself is in front of nobody', () => {
    const told3 = told([wine, wsl, ape]);
    assert.ok(!told3.some((t) => t.includes('WSLInterop stands in front')), told3.join());
  });

  test('a name that holds a pattern of replacement is named as it is', () => {
    assert.match(told([wine.replace(':wine:', () => ':$&$1NAME:'), wsl]).join(), /hidden: \$&\$1NAME stands/);
  });
});

/** Two bytes of two values each, so that many have something in common; and extensions. */
const close: fc.Arbitrary<Matcher> = fc.oneof(
  fc
    .record({
      offset: fc.nat(1),
      pairs: fc.array(fc.tuple(fc.nat(1), fc.constantFrom(0, 1, 255)), { minLength: 1, maxLength: 3 }),
    })
    .map(({ offset, pairs }) => ({
      kind: 'magic' as const,
      offset,
      magic: Uint8Array.from(pairs, ([byte]) => byte),
      mask: Uint8Array.from(pairs, ([, mask]) => mask),
    })),
  fc.constantFrom('a', 'b').map((extension) => ({ kind: 'extension' as const, extension })),
);

function entries(matchers: readonly Matcher[]): Entry[] {
  return matchers.map((matcher, at) => ({
    ...{ name: `e${at}`, matcher, interpreter: `/i${at}`, flags: '', enabled: true, unknown: [] },
    id: { dev: 1, ino: at, ctimeMs: 0 },
  }));
}

test('no pair that matters is left out, however many are divided', () => {
  const list = fc.array(fc.oneof({ weight: 4, arbitrary: close }, magicMatcher), { maxLength: 60 });
  fc.assert(
    fc.property(list, (matchers) => {
      const all = entries(matchers);
      const met = new Set(meetings(all).map(({ front, behind }) => `${front.name} ${behind.name}`));
      const seen = new Set<Entry>();
      for (const [at, behind] of all.entries()) {
        const twin = all.slice(0, at).some((f) => isTwin(f, behind));
        for (const front of all.slice(0, at)) {
          if (twin || seen.has(front) || !concern(front, behind)) continue;
          assert.ok(met.has(`${front.name} ${behind.name}`), `${front.name} ${behind.name}`);
        }
        if (twin) seen.add(behind);
      }
    }),
  );
});

test('an entry is called hidden exactly if one in front takes all its files', () => {
  fc.assert(
    fc.property(fc.array(close, { maxLength: 25 }), (matchers) => {
      const all = entries(matchers);
      const found = findHidden(all, { ours: () => null });
      for (const [at, behind] of all.entries()) {
        const expected = all
          .slice(0, at)
          .some((f) => f.matcher && behind.matcher && hides(f.matcher, behind.matcher));
        const codes = (found.get(behind) ?? []).map((p) => p.code);
        assert.equal(codes.includes('entry-hidden'), expected, behind.name);
      }
    }),
    { numRuns: 500 },
  );
});

test('a thousand entries of others are few pairs, and any number has a bound', () => {
  const different = entries(
    Array.from({ length: 1000 }, (_, at) => bytes(`58${at.toString(16).padStart(4, '0')}`)),
  );
  assert.ok(meetings(different).length < 5000);
  const alike = entries(Array.from({ length: 1000 }, () => bytes('5858')));
  assert.equal(meetings(alike).length, 999);
  const nested = entries(Array.from({ length: 1000 }, (_, at) => bytes('00'.repeat(1 + (at % 250)), at % 6)));
  assert.ok(meetings(nested).length <= 21_000);
});

function isTwin(a: Entry, b: Entry): boolean {
  return (
    a.matcher !== null && b.matcher !== null && hides(a.matcher, b.matcher) && hides(b.matcher, a.matcher)
  );
}

/** Whether the order of two decides something that is told. */
function concern({ matcher: a }: Entry, { matcher: b }: Entry): boolean {
  if (a === null || b === null) return false;
  return a.kind === 'magic' && b.kind === 'magic' ? overlaps(a, b) : hides(a, b);
}

function bytes(hex: string, offset = 0): Matcher {
  const magic = Uint8Array.from(Buffer.from(hex, 'hex'));
  return { kind: 'magic', offset, magic, mask: magic.map(() => 255) };
}
