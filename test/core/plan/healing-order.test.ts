import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Handler } from '../../../src/core/plan/handler.ts';
import { healingOrder } from '../../../src/core/plan/healing-order.ts';
import { betters, inOrder } from '../../../src/core/plan/order.ts';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../../src/core/platforms/catalogue-magic.ts';

test('of the platforms those come first that are used most, however they are configured', () => {
  const rows = catalogue.filter((a) => a.usable);
  fc.assert(
    fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
      const order = keysOf(inOrder(shuffled.map((a) => handlerOf(a.target, a.platforms, matcherOf(a)))));
      const first = ['aarch64', 'x86_64', 'arm', 'riscv64', 'i386', 's390x', 'ppc64le'];
      assert.deepEqual(order.slice(0, first.length), first);
      const named = order.slice(0, rows.filter((a) => a.platforms.length > 0).length);
      assert.ok(named.every((key) => (catalogue.find((a) => a.target === key)?.platforms.length ?? 0) > 0));
    }),
    { numRuns: 30 },
  );
});

test('whoever must stand in front is registered later, and nobody is left out', () => {
  const byte = fc.constantFrom(0, 1);
  const row = fc.record({
    magic: fc.tuple(byte, byte, byte),
    mask: fc.tuple(fc.constantFrom(0, 0xff), fc.constantFrom(0, 0xff), fc.constant(0xff)),
    platforms: fc.constantFrom([], ['linux/arm64'], ['linux/s390x'], ['linux/x']),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      const handlers = inOrder(
        rows.map(({ magic, mask, platforms }, at) =>
          handlerOf(`k${at}`, platforms, {
            kind: 'magic',
            offset: 0,
            magic: Uint8Array.from(magic),
            mask: Uint8Array.from(mask),
          }),
        ),
      );
      const better = betters(handlers);
      const order = healingOrder(handlers, better);
      assert.deepEqual(new Set(order), new Set(handlers));
      for (const [at, handler] of order.entries())
        for (const one of better.get(handler.key) ?? []) assert.ok(order.indexOf(one) > at);
    }),
  );
});

function keysOf(handlers: readonly Handler[]): string[] {
  return healingOrder(handlers, betters(handlers)).map((h) => h.key);
}

function handlerOf(
  key: string,
  platforms: readonly string[],
  matcher: Handler['registration']['matcher'],
): Handler {
  const registration = { name: key, matcher, interpreter: '/i', flags: '' };
  return { key, platforms, registration, interpreter: null, samples: [] };
}
