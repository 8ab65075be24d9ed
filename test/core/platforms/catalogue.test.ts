import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { architectureOf, catalogue } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf, sampleHeaders, servedMatcher } from '../../../src/core/platforms/catalogue-magic.ts';

interface Row {
  readonly target: string;
  readonly entryName: string;
  readonly interpreter: string;
  readonly oci: readonly string[];
  readonly aliases: readonly string[];
  readonly elfClass: number;
  readonly data: string;
  readonly eMachine: { readonly number: number };
  readonly offset: number;
  readonly magic: string;
  readonly mask: string;
}

const fixture = new URL('../../fixtures/architectures.json', import.meta.url);
const table: { architectures: Row[] } = JSON.parse(readFileSync(fixture, 'utf8'));

describe('catalogue', () => {
  test('has the rows of the reference table and no others', () => {
    const targets = catalogue.map((a) => a.target);
    assert.equal(targets.length, 34);
    assert.deepEqual(
      targets,
      table.architectures.map((row) => row.target),
    );
  });

  for (const row of table.architectures) {
    test(`${row.target}: names and facts are those of the reference table`, () => {
      const a = rowOf(row.target);
      assert.equal(a.interpreter, row.interpreter);
      assert.equal(a.entryName, row.entryName);
      assert.deepEqual(a.platforms, row.oci);
      assert.deepEqual(a.aliases, row.aliases);
      assert.deepEqual([a.class, a.data, a.machine], [row.elfClass, row.data, row.eMachine.number]);
    });

    test(`${row.target}: computed magic and mask equal the table byte for byte`, () => {
      const matcher = matcherOf(rowOf(row.target));
      assert.deepEqual(
        [matcher.offset, hex(matcher.magic), hex(matcher.mask)],
        [row.offset, row.magic, row.mask],
      );
    });
  }

  test('every usable row matches all of its own headers and no header of another row', () => {
    for (const a of catalogue.filter((row) => row.usable)) {
      const { magic, mask } = matcherOf(a);
      for (const other of catalogue) {
        const hits = sampleHeaders(other).filter((header) => matches(header, magic, mask)).length;
        assert.equal(hits, other === a ? 4 : 0, `${a.target} on headers of ${other.target}`);
      }
    }
  });

  test('what is registered takes AppImages too, of its own platform alone, and else what upstream takes', () => {
    const appImages = (headers: readonly Uint8Array[]) =>
      headers.flatMap((header) =>
        [1, 2].map((type) => {
          const image = Uint8Array.from(header);
          image.set([0x41, 0x49, type], 8);
          return image;
        }),
      );
    for (const a of catalogue.filter((row) => row.usable)) {
      const { magic, mask } = servedMatcher(a);
      for (const other of catalogue) {
        const files = [...sampleHeaders(other), ...appImages(sampleHeaders(other))];
        const hits = files.filter((header) => matches(header, magic, mask)).length;
        assert.equal(hits, other === a ? 12 : 0, `${a.target} on headers of ${other.target}`);
      }
    }
    const byte = fc.constantFrom(0, 1, 2, 3, 0x7f, 0x45, 0x4c, 0x46, 0xff, 183, 62);
    fc.assert(
      fc.property(
        fc.constantFrom(...catalogue),
        fc.array(fc.tuple(fc.nat(39), byte), { maxLength: 3 }),
        (a, changes) => {
          const [header = new Uint8Array(64)] = sampleHeaders(a);
          const file = Uint8Array.from(header);
          for (const [at, value] of changes) file[at] = at >= 8 && at <= 10 ? 0 : value;
          return catalogue.every((row) => {
            const [upstream, ours] = [matcherOf(row), servedMatcher(row)];
            return matches(file, upstream.magic, upstream.mask) === matches(file, ours.magic, ours.mask);
          });
        },
      ),
    );
  });

  test('microblaze is unusable because it does not match its own headers', () => {
    const a = rowOf('microblaze');
    const { magic, mask } = matcherOf(a);
    assert.equal(a.usable, false);
    assert.deepEqual(
      sampleHeaders(a).filter((header) => matches(header, magic, mask)),
      [],
    );
  });

  test('exactly the unusable rows say why', () => {
    assert.deepEqual(
      catalogue.filter((a) => a.unusableWhy !== undefined).map((a) => a.target),
      ['microblaze', 'i486'],
    );
    assert.ok(catalogue.every((a) => a.usable === (a.unusableWhy === undefined)));
  });

  test('an unknown target has no row, even one that every object inherits', () => {
    assert.equal(architectureOf('vax'), undefined);
    assert.equal(architectureOf('constructor'), undefined);
  });
});

function rowOf(target: string) {
  const a = architectureOf(target);
  assert.ok(a, `no row for ${target}`);
  return a;
}

function matches(header: Uint8Array, magic: Uint8Array, mask: Uint8Array): boolean {
  return magic.every((byte, i) => (((header[i] ?? 0) ^ byte) & (mask[i] ?? 0)) === 0);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
