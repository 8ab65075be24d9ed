import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import {
  largestMessage,
  parseAcknowledgement,
  parseMessage,
  printAcknowledgement,
  printMessage,
} from '../../../src/core/witness/message.ts';
import { afterServing, afterWord, holding, type Standing } from '../../../src/core/witness/standing.ts';
import { isOrdinaryDomain } from '../../../src/core/witness/trust.ts';
import { witnessVerdicts } from '../../../src/core/witness/witness.ts';

const one = { target: 'aarch64', verdict: 'runs', detail: 'by qemu', ageMs: 5 } as const;
const line = (given: unknown): string => JSON.stringify({ version: 1, results: [given] });

describe('what a witness tells', () => {
  it('is read back as it was printed, and is never longer than may be sent', () => {
    const shape = {
      target: fc.constantFrom(...catalogue.map((a) => a.target)),
      verdict: fc.constantFrom(...witnessVerdicts),
      detail: fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
      ageMs: fc.integer({ min: 0, max: 86_400_000 }),
    };
    const result = fc.record(shape, { noNullPrototype: true });
    const results = fc.uniqueArray(result, { minLength: 1, maxLength: 20, selector: (r) => r.target });
    void fc.assert(
      fc.property(results, (given) => {
        assert.deepEqual(parseMessage(printMessage(given)), { ok: true, results: given });
      }),
    );
    const all = catalogue.map(({ target }) => ({ ...one, target, detail: '\u{0800}\n'.repeat(1000) }));
    assert.ok(Buffer.byteLength(printMessage(all)) <= largestMessage);
    assert.ok(parseMessage(printMessage(all)).ok);
  });

  it('is refused as a whole where anything of it is not as it must be', () => {
    for (const wrong of [
      { ...one, target: 'linux/arm64' },
      { ...one, target: '__proto__' },
      { ...one, verdict: 'verified' },
      { ...one, detail: 'x'.repeat(301) },
      { ...one, detail: null },
      { ...one, ageMs: -1 },
      { ...one, ageMs: 0.5 },
      { ...one, ageMs: 1e12 },
      { ...one, more: true },
      null,
      [],
    ])
      assert.deepEqual(parseMessage(line(wrong)), { ok: false, why: 'bad-message' }, JSON.stringify(wrong));
    for (const text of ['', 'null', '[]', '{"version":1}', '{"version":1,"results":[]}', line(one).slice(1)])
      assert.deepEqual(parseMessage(text), { ok: false, why: 'bad-message' }, text);
    const twice = JSON.stringify({ version: 1, results: [one, one] });
    assert.deepEqual(parseMessage(twice), { ok: false, why: 'bad-message' });
    const later = JSON.stringify({ version: 2, results: [one] });
    assert.deepEqual(parseMessage(later), { ok: false, why: 'unknown-version' });
    void fc.assert(fc.property(fc.json(), (text) => typeof parseMessage(text).ok === 'boolean'));
  });

  it('is answered by a yes or by why not, and by nothing else', () => {
    assert.equal(parseAcknowledgement(printAcknowledgement(null)), null);
    assert.equal(parseAcknowledgement(printAcknowledgement('busy')), 'busy');
    assert.equal(parseAcknowledgement('{"taken":false,"why":"\\u001b[31m"}'), 'no-answer');
    assert.equal(parseAcknowledgement(''), 'no-answer');
  });

  it('counts for ordinary containers only where it comes from such a domain', () => {
    for (const label of [
      null,
      'docker-default (enforce)',
      'unconfined',
      'system_u:system_r:container_t:s0:c1,c2',
      'system_u:system_r:container_t:s0:c1,c2\0',
    ])
      assert.ok(isOrdinaryDomain(label), String(label));
    for (const label of ['system_u:system_r:control_t:s0:c0.c1023', 'system_u:system_r:spc_t:s0'])
      assert.ok(!isOrdinaryDomain(label), label);
  });
});

describe('a word of a witness', () => {
  const since = afterServing(undefined, 'entry 1', 'file 1', 1000);
  const word = (standing: Standing, verdict: 'runs' | 'fails' | 'unknown', ageMs: number, now: number) =>
    afterWord(standing, { ...one, verdict, ageMs }, now);
  const said = (standing: Standing | null, now: number) => holding(standing ?? undefined, now, 500)?.verdict;

  it('holds for its time', () => {
    const told = word(since, 'runs', 10, 1100);
    assert.equal(said(told, 1200), 'runs');
    assert.equal(said(told, 1590), 'runs');
    assert.equal(said(told, 1591), undefined);
  });

  it('speaks of what served when its probe began, and later ones of later', () => {
    assert.equal(word(since, 'fails', 101, 1100), null);
    assert.equal(word(since, 'unknown', 0, 1100), null);
    const told = word(since, 'fails', 0, 1100);
    assert.ok(told !== null);
    assert.equal(word(told, 'runs', 50, 1149), null);
    assert.equal(said(word(told, 'runs', 0, 1150), 1150), 'runs');
  });

  it('outlives a loss where the same file is registered again, unless it failed', () => {
    const runs = word(since, 'runs', 0, 1100) as Standing;
    const lost = afterServing(runs, '', 'file 1', 1200);
    assert.equal(said(lost, 1200), undefined);
    assert.equal(said(afterServing(lost, 'entry 2', 'file 1', 1210), 1210), 'runs');
    const fails = word(since, 'fails', 0, 1100) as Standing;
    assert.equal(said(afterServing(fails, 'entry 1', 'file 1', 1210), 1210), 'fails');
    assert.equal(said(afterServing(fails, 'entry 2', 'file 1', 1210), 1210), undefined);
    assert.equal(word(afterServing(lost, 'entry 2', 'file 1', 1210), 'fails', 5, 1212), null);
  });

  it('is nothing to another interpreter', () => {
    const runs = word(since, 'runs', 0, 1100) as Standing;
    const lost = afterServing(runs, '', 'file 2', 1200);
    assert.equal(said(afterServing(runs, 'entry 2', 'file 2', 1210), 1210), undefined);
    assert.equal(said(afterServing(lost, 'entry 2', 'file 2', 1210), 1210), undefined);
  });
});
