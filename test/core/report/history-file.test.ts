import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Chronicle,
  mostHeals,
  parseChronicle,
  printChronicle,
} from '../../../src/core/report/history-file.ts';

const word = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((n) => String.fromCharCode(n)) });
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const chronicle: fc.Arbitrary<Chronicle> = fc.record(
  {
    heals: fc.array(
      fc.record(
        {
          at: time,
          key: word,
          name: word,
          reason: word,
          why: word,
          tookMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 20 },
    ),
    lost: fc.array(fc.tuple(word, time), { maxLength: 20 }),
    unserved: fc.array(
      fc.record(
        {
          ...{ at: time, platform: word, path: word, count: fc.integer({ min: 1, max: 1e9 }) },
          ...{ container: fc.option(word), pod: fc.option(word), unit: fc.option(word) },
          cause: fc.constantFrom('none' as const, 'gone' as const),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 20 },
    ),
  },
  { noNullPrototype: true },
);

test('what was written on this boot is read back', () => {
  fc.assert(
    fc.property(chronicle, (one) => {
      assert.deepEqual(parseChronicle(printChronicle(one, 'boot'), 'boot'), one);
    }),
  );
});

test('another boot, another schema and no file are no history', () => {
  const nothing = { heals: [], lost: [], unserved: [] };
  const one = { heals: [], lost: [['a', 1]], unserved: [] } as const;
  assert.deepEqual(parseChronicle(printChronicle(one, 'boot'), 'another'), nothing);
  assert.deepEqual(parseChronicle(printChronicle(one, 'boot').replace('1', '2'), 'boot'), nothing);
  assert.deepEqual(parseChronicle(null, 'boot'), nothing);
});

test('whatever lies there, what is read is a history and bounded', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .record({ heals: fc.jsonValue(), lost: fc.jsonValue(), unserved: fc.jsonValue() })
      .map((rest) => JSON.stringify({ schema: 1, bootId: 'boot', ...rest })),
    fc.tuple(chronicle, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 })).map(([one, at, junk]) => {
      const good = printChronicle(one, 'boot');
      return good.slice(0, at % good.length) + junk + good.slice(at % good.length);
    }),
  );
  fc.assert(
    fc.property(text, (one) => {
      const { heals, lost } = parseChronicle(one, 'boot');
      for (const h of heals) {
        assert.ok(!Number.isNaN(new Date(h.at).getTime()) && Number.isFinite(h.tookMs));
        for (const part of [h.key, h.name, h.reason, h.why]) assert.equal(typeof part, 'string');
      }
      for (const [handler, at] of lost) assert.ok(typeof handler === 'string' && Number.isInteger(at));
    }),
    { numRuns: 300 },
  );
});

test('of very many heals the last ones are kept', () => {
  const heals = Array.from({ length: mostHeals + 5 }, (_, at) => ({
    ...{ at, key: 'k', name: 'n', reason: 'missing', why: '' },
    tookMs: 1,
  }));
  const kept = parseChronicle(printChronicle({ heals, lost: [], unserved: [] }, 'boot'), 'boot').heals;
  assert.deepEqual(kept, heals.slice(5));
});
