import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { identify } from '../../../src/core/binary/identify.ts';
import type { Range } from '../../../src/core/binary/reading.ts';
import { realFiles } from './real-files.ts';

/** Ten million take some minutes: BINARY_FUZZ=10000000. */
const runs = Number(process.env.BINARY_FUZZ ?? 20_000);

/** What a file can ask for at all: program headers, loader, dynamic section with its names, notes, attributes. */
const mostAsked = 200;
const mostBytes = 65_536;

interface Change {
  readonly at: number;
  readonly byte: number;
}

/** The places that mean something are changed most. */
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.oneof(
    fc.integer({ min: 0, max: 63 }),
    fc.integer({ min: 0, max: 1023 }),
    fc.integer({ min: 64, max: 400 }),
  ),
  byte: fc.oneof(fc.constantFrom(0, 1, 2, 3, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })),
});

test(`${runs} damaged headers: no crash, nothing read out of range, and no more than is bounded`, () => {
  const damaged = fc.record({
    file: fc.nat(realFiles.length - 1),
    changes: fc.array(change, { minLength: 1, maxLength: 12 }),
    cut: fc.option(fc.nat(1024), { freq: 4, nil: null }),
    size: fc.constantFrom('true', 'unknown', 'cut'),
    answers: fc.constantFrom('kept', 'nothing', 'noise', 'short'),
  });
  fc.assert(
    fc.property(damaged, ({ file, changes, cut, size, answers }) => {
      const real = realFiles[file];
      assert.ok(real !== undefined);
      const head = real.head.slice(0, cut ?? undefined);
      for (const { at, byte } of changes) if (at < head.length) head[at] = byte;
      const whole = size === 'unknown' ? null : size === 'cut' ? head.length : real.size;
      let asked = 0;
      const seen = identify(head, { size: whole }, (range) => {
        asked += 1;
        checkRange(range, whole);
        return answer(range, answers, real.pieces);
      });
      assert.ok(asked <= mostAsked, `${asked} pieces`);
      if (seen.kind !== 'elf') return;
      // Whatever is told of it must be in it: the kernel goes by the same bytes.
      assert.ok(seen.target === null || [1, 2].includes(head[4] ?? 0));
      if (seen.loader !== null) assert.ok(!seen.loader.includes('\0') && seen.loader.length <= 4096);
      if (seen.linkage === null && (seen.form === 'executable' || seen.form === 'pie'))
        assert.ok(seen.defect !== null || answers !== 'kept' || whole === null || cut !== null, 'silent');
    }),
    { numRuns: runs },
  );
});

test('bytes of any kind are something', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (head) => {
      assert.equal(typeof identify(head, { size: head.length }).kind, 'string');
    }),
    { numRuns: Math.min(runs, 200_000) },
  );
});

/** What is within the file, and not all of it. */
function checkRange({ offset, length }: Range, size: number | null): void {
  assert.ok(Number.isSafeInteger(offset) && offset >= 0, `offset ${offset}`);
  assert.ok(Number.isSafeInteger(length) && length > 0 && length <= mostBytes, `length ${length}`);
  assert.ok(Number.isSafeInteger(offset + length));
  assert.ok(size === null || offset + length <= size, `${offset} and ${length} of ${size}`);
}

function answer(
  { offset, length }: Range,
  how: 'kept' | 'nothing' | 'noise' | 'short',
  pieces: ReadonlyMap<number, Uint8Array>,
): Uint8Array {
  if (how === 'nothing') return new Uint8Array();
  if (how === 'short') return noise.subarray(offset % 255, (offset % 255) + Math.min(length, 13));
  const kept = pieces.get(offset);
  return how === 'kept' && kept !== undefined ? kept : noise.subarray(0, length);
}

/** The same each time, so that a failure can be repeated. */
const noise = Uint8Array.from({ length: mostBytes }, (_, at) => (at * 2_654_435_761) >>> (at % 23));
