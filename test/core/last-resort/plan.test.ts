import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../../src/core/kernel/entry.ts';
import { isLastResort } from '../../../src/core/kernel/last-resort.ts';
import { overlaps } from '../../../src/core/kernel/match.ts';
import type { Matcher } from '../../../src/core/kernel/registration.ts';
import { lastResorts } from '../../../src/core/last-resort/lines.ts';
import { judgeLastResorts } from '../../../src/core/last-resort/plan.ts';
import { type Desired, nothingDesired } from '../../../src/core/plan/desired.ts';
import type { Handler } from '../../../src/core/plan/handler.ts';
import type { Memory } from '../../../src/core/plan/memory.ts';
import { architectureOf } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf, sampleHeaders, servedMatcher } from '../../../src/core/platforms/catalogue-magic.ts';
import { magicMatcher } from '../../arbitraries.ts';

const store = '/store';
const program = (name: string) => ({
  path: `${store}/0123456789abcdef/${name}`,
  dev: 1,
  ino: 2,
  sha256: 'x',
});
const kept = ['aarch64', 'riscv64'];
const handlers = kept.map((target): Handler => {
  const row = rowOf(target);
  return {
    ...{ key: target, platforms: row.platforms, interpreter: null, samples: sampleHeaders(row) },
    registration: {
      name: `keeper-${target}`,
      matcher: servedMatcher(row),
      interpreter: `${store}/q`,
      flags: 'F',
    },
  };
});
const desired: Desired = { ...nothingDesired, handlers, prefix: 'keeper-', store };
const memory: Memory = {
  ...{ records: new Map(), verdicts: new Map(), mistrusted: new Set() },
  ...{ stores: new Set(), adopted: new Map() },
};
const linesOf = (wait: boolean) =>
  lastResorts({
    ...{ prefix: 'keeper-', native: ['x86_64', 'i386'], kept: new Set(kept) },
    ...{ explain: program('last-resort'), wait: wait ? program('last-resort-wait') : null },
  });

test('there is one for each platform but those that the host runs by itself, and which waits says its name', () => {
  const lines = linesOf(true);
  assert.ok(lines.length > 25);
  assert.ok(!lines.some(({ target }) => target === 'x86_64' || target === 'i386'));
  for (const { target, waits, handler } of lines) {
    assert.equal(waits, kept.includes(target));
    assert.equal(handler.registration.interpreter.endsWith('-wait'), waits);
    assert.equal(handler.registration.flags, 'POF');
  }
});

test('whatever stands there, none comes to stand in front of anything but what it waits for, and a second look has nothing to do', () => {
  fc.assert(
    fc.property(instance, fc.boolean(), (before, wait) => {
      const lines = linesOf(wait);
      const after = applied(before, lines);
      for (const { handler, target, waits } of lines) {
        const { name, matcher } = handler.registration;
        const at = after.findIndex((entry) => entry.name === name);
        if (at < 0) continue;
        const hidden = after
          .slice(at + 1)
          .filter(
            (entry) => !isLastResort(entry) && (entry.matcher === null || overlaps(matcher, entry.matcher)),
          );
        assert.deepEqual(
          hidden.map((entry) => entry.name).filter((one) => !(waits && one === `keeper-${target}`)),
          [],
        );
      }
      assert.deepEqual(
        judgeLastResorts(lines, after, desired, memory).flatMap(({ task }) => task ?? []),
        [],
      );
      const others = (entries: readonly Entry[]) => entries.filter((entry) => !isLastResort(entry));
      assert.deepEqual(others(after), others(before));
    }),
    { numRuns: 300 },
  );
});

test('in an empty instance all of them are registered, and an entry by name keeps all of them away', () => {
  assert.equal(applied([], linesOf(false)).length, linesOf(false).length);
  const byName = entry('theirs', { kind: 'extension', extension: 'exe' }, '/bin/x');
  assert.deepEqual(applied([byName], linesOf(true)), [byName]);
});

/** What the kernel makes of the tasks. */
function applied(before: readonly Entry[], lines: ReturnType<typeof linesOf>): readonly Entry[] {
  let entries = [...before];
  for (const { task } of judgeLastResorts(lines, before, desired, memory)) {
    for (const step of task?.steps ?? []) {
      if (step.action === 'register') {
        const { matcher, interpreter, flags } = step.handler.registration;
        entries = [{ ...entry(step.name, matcher, interpreter), flags }, ...entries];
      } else if (step.action === 'remove') entries = entries.filter((one) => one.name !== step.name);
      else if (step.action === 'enable')
        entries = entries.map((one) => (one.name === step.name ? { ...one, enabled: true } : one));
    }
  }
  return entries;
}

let inode = 0;

function entry(name: string, matcher: Matcher | null, interpreter: string, enabled = true): Entry {
  inode += 1;
  const id = { dev: 1, ino: inode, ctimeMs: 0 };
  return { name, matcher, interpreter, flags: 'POF', enabled, unknown: [], id };
}

function rowOf(target: string) {
  const row = architectureOf(target);
  if (row === undefined) throw new Error(target);
  return row;
}

/** Entries of ours and of others, as good as they may be, in any order. */
const instance = fc
  .array(
    fc.oneof(
      fc
        .constantFrom(...handlers)
        .map((h) => entry(h.registration.name, h.registration.matcher, `${store}/q`)),
      fc
        .tuple(fc.constantFrom(...linesOf(false), ...linesOf(true)), fc.boolean())
        .map(([of, enabled]) =>
          entry(
            of.handler.registration.name,
            of.handler.registration.matcher,
            of.handler.registration.interpreter,
            enabled,
          ),
        ),
      fc
        .constantFrom('aarch64', 'arm', 'mips', 's390x')
        .map((target) => entry(`qemu-${target}`, matcherOf(rowOf(target)), '/usr/bin/q')),
      fc
        .tuple(fc.integer({ min: 0, max: 9 }), magicMatcher)
        .map(([n, matcher]) => entry(`own${n}`, matcher, '/bin/x')),
      fc.constant(null).map(() => entry('odd', null, '')),
    ),
    { maxLength: 12 },
  )
  .map((entries) => [...new Map(entries.map((one) => [one.name, one])).values()]);
