import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  afterLastProof,
  holderWithoutAnchor,
  judgeLasting,
  type LastingFacts,
  whyLasting,
} from '../../../src/core/report/lasting.ts';

const wish = { persist: false, runDirectory: '/run/binfmt-keeper' };
const nowhere = { mounted: false, outside: false };
const here = { mounted: true, outside: false };
const outside = { mounted: true, outside: true };

/** A container on a host without any mount: it made main mount and anchor for itself. */
const alone: LastingFacts = {
  kernelKeeps: false,
  hostNamespace: false,
  created: 'first',
  olderThanUs: false,
  olderThanContainer: false,
  seenBefore: false,
  heldBefore: null,
  heldNow: null,
  main: here,
  anchor: here,
  volume: 'none',
};
/** No CREATE_EXCL: Linux before 6.6, or no FFI. */
const unasked: LastingFacts = { ...alone, created: null };

const lasts = (facts: LastingFacts, persist = false): boolean =>
  judgeLasting(facts, { ...wish, persist }).lasts;

const anyFacts = fc.record<LastingFacts>({
  kernelKeeps: fc.boolean(),
  hostNamespace: fc.boolean(),
  created: fc.constantFrom('existed', 'first', null),
  olderThanUs: fc.constantFrom(true, false, null),
  olderThanContainer: fc.constantFrom(true, false, null),
  seenBefore: fc.boolean(),
  heldBefore: fc.constantFrom(true, false, null),
  heldNow: fc.constantFrom(true, false, null),
  main: fc.constantFrom(nowhere, here, outside),
  anchor: fc.constantFrom(nowhere, here, outside),
  volume: fc.constantFrom('none', 'private', 'shared'),
});

test('a container whose mounts are the only ones leaves nothing', () => {
  assert.equal(lasts(alone), false);
  assert.equal(lasts(unasked), false);
});

test('on a kernel that keeps entries without a mount they last without one', () => {
  assert.equal(lasts({ ...alone, kernelKeeps: true }), true);
});

test('in the mount namespace of the host either mount is enough', () => {
  assert.equal(lasts({ ...alone, hostNamespace: true, anchor: nowhere }), true);
  assert.equal(lasts({ ...alone, hostNamespace: true, main: nowhere }), true);
  assert.equal(lasts({ ...alone, hostNamespace: true, main: nowhere, anchor: nowhere }), false);
});

test('a copy of either mount outside is enough, however the instance came to be', () => {
  for (const facts of [alone, unasked]) {
    assert.equal(lasts({ ...facts, anchor: outside }), true);
    assert.equal(lasts({ ...facts, main: outside }), true);
  }
});

test('an instance that existed unseen is held by somebody else', () => {
  assert.equal(lasts({ ...alone, created: 'existed' }), true);
});

test('where it cannot be asked, the age of the superblock tells; an unknown age tells nothing', () => {
  assert.equal(lasts({ ...unasked, olderThanUs: true }), true);
  assert.equal(lasts({ ...unasked, olderThanUs: null }), false);
  assert.equal(lasts({ ...alone, olderThanUs: true }), false, 'what the kernel said counts more');
});

test('an instance that was mounted here before needs a holder outside of this namespace', () => {
  const seen: LastingFacts = { ...alone, created: 'existed', seenBefore: true };
  assert.equal(lasts(seen), false);
  assert.equal(lasts({ ...seen, heldBefore: true }), true);
  assert.equal(lasts({ ...seen, olderThanContainer: true }), true);
  assert.equal(lasts({ ...seen, olderThanContainer: true, heldBefore: false }), false, 'looked, none there');
  assert.equal(lasts({ ...seen, olderThanContainer: null }), false);
});

test('a holder that has ended since counts no more', () => {
  const held: LastingFacts = { ...alone, created: 'existed' };
  assert.equal(lasts({ ...held, heldNow: false }), false);
  assert.equal(lasts({ ...held, heldNow: false, anchor: outside }), true);
  assert.equal(lasts({ ...held, seenBefore: true, heldBefore: true, heldNow: false }), false);
});

test('--persist asks for an anchor that stays, whoever else holds the instance', () => {
  const held: LastingFacts = { ...alone, created: 'existed' };
  assert.equal(lasts(held, true), false);
  assert.equal(lasts({ ...held, anchor: outside }, true), true);
  assert.equal(lasts({ ...held, hostNamespace: true }, true), true);
  assert.equal(lasts({ ...held, hostNamespace: true, anchor: nowhere }, true), false);
});

test('a failure says how to make them last, with the run directory that is configured', () => {
  const verdict = judgeLasting(alone, { persist: false, runDirectory: '/run/other' });
  assert.ok(!verdict.lasts && verdict.remedy.includes('-v /run/other:/run/other:rshared'));
  assert.ok(verdict.why.includes('gone with this process'));
});

test('the anchor is never given up for a holder that would not be enough by itself', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      if (holderWithoutAnchor(facts) !== null) assert.ok(lasts({ ...facts, anchor: nowhere }));
    }),
  );
});

test('what lasts with --persist lasts without it', () => {
  fc.assert(fc.property(anyFacts, (facts) => !lasts(facts, true) || lasts(facts)));
});

test('one more holder outside never makes entries end earlier', () => {
  fc.assert(
    fc.property(anyFacts, fc.boolean(), (facts, persist) => {
      if (!lasts(facts, persist)) return;
      assert.ok(lasts({ ...facts, main: outside }, persist));
      assert.ok(lasts({ ...facts, anchor: outside }, persist));
      assert.ok(lasts({ ...facts, heldBefore: true, heldNow: true }, persist));
    }),
  );
});

test('a last program that could not be tried takes nothing back and proves nothing; one that failed does', () => {
  const held = judgeLasting({ ...alone, created: 'existed' }, wish);
  const lost = judgeLasting(alone, wish);
  const after = (before: typeof held, ran: boolean | null) =>
    afterLastProof(before, { ran, detail: 'no process left' }, wish);
  assert.equal(after(held, true), held);
  assert.equal(after(lost, true), lost);
  assert.equal(after(lost, null), lost, 'nor does it keep what is lost');
  const unsure = after(held, null);
  assert.ok(held.lasts && unsure.lasts && unsure.because === held.because);
  assert.equal(whyLasting(held), held.because);
  assert.match(whyLasting(unsure), /another holder.*; but .* could not be seen \(no process left\)$/);
  for (const before of [held, lost]) {
    const failed = after(before, false);
    assert.ok(!failed.lasts && failed.code === 'not-lasting');
    assert.match(failed.why, /does not run any more.*: no process left$/);
  }
});

test('the remedy is never what is there already', () => {
  fc.assert(
    fc.property(anyFacts, fc.boolean(), (facts, persist) => {
      const lasting = judgeLasting(facts, { ...wish, persist });
      if (lasting.lasts) return;
      assert.equal(lasting.remedy.includes(' -v /run/binfmt-keeper:'), facts.volume !== 'shared');
      const command = 'mount --make-shared "$(findmnt -fno TARGET -T /run/binfmt-keeper)"';
      assert.equal(lasting.remedy.includes(command), facts.volume === 'shared');
    }),
  );
});
