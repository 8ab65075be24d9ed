import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elfHeader } from '../../../src/core/kernel/elf.ts';
import type { Matcher } from '../../../src/core/kernel/registration.ts';
import type { NativePrograms } from '../../../src/core/native/acceptance.ts';
import { dangerOf, stoppersAmong } from '../../../src/core/native/danger.ts';
import { nothingDesired } from '../../../src/core/plan/desired.ts';
import { plan } from '../../../src/core/plan/plan.ts';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../../src/core/platforms/catalogue-magic.ts';
import { createMemory } from '../../../src/keeper/record/memory.ts';

/** A position-independent program whose program headers follow, as linkers write them. */
const shell = Uint8Array.from([
  ...elfHeader({ machine: 62, class: 64, data: 'little', type: 3, phnum: 13 }),
  ...[6, 0, 0, 0, 4, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0],
]);
const natives: NativePrograms = {
  ...{ machine: 62, class: 64, data: 'little' },
  sibling: { machine: 3, class: 32 },
  files: [{ path: '/bin/sh', header: shell }],
};

const kinds: readonly (readonly [what: string, matcher: Matcher, kind: string | undefined])[] = [
  ['every ELF', magic('7f454c46'), 'programs'],
  ['every file', magic('00', '00', 255), 'programs'],
  ['zeros in the padding', magic('0000000000', undefined, 10), 'programs'],
  ['programs that need a loader', magic('0600000004000000', undefined, 64), 'programs'],
  ['programs that lie anywhere', magic('03003e00', undefined, 16), 'programs'],
  ['programs of a fixed place', magic('02003e00', undefined, 16), 'programs'],
  ["GNU's programs", magic('7f454c4602010103'), 'programs'],
  ['scripts', magic('2321'), 'scripts'],
  ["the shell's scripts", magic(hex('#!/bin/sh')), 'scripts'],
  ["Perl's scripts", magic(hex('#!/usr/bin/perl')), 'some'],
  ['scripts of a program that is nowhere', magic(hex('#!/opt/x')), undefined],
  ['32-bit programs', matcherOf(rowOf('i386')), 'sibling'],
  ['AppImages', magic('7f454c4600000000414902', 'ffffffff00000000ffffff'), undefined],
  ['FreeBSD', magic('7f454c4602010109'), undefined],
  ['Windows', magic('4d5a'), undefined],
  ['loaders', { kind: 'extension', extension: '2' }, 'some'],
  ['libraries', { kind: 'extension', extension: 'so' }, 'some'],
  ['Java', { kind: 'extension', extension: 'jar' }, undefined],
  ['Python', { kind: 'extension', extension: 'py' }, undefined],
];

test('a line counts by what it takes of that which hosts really run', () => {
  for (const [what, matcher, kind] of kinds) assert.equal(dangerOf(matcher, natives)?.kind, kind, what);
  assert.equal(dangerOf(magic('7f454c46'), undefined), null);
});

test('of all architectures only those that the host runs are dangerous', () => {
  for (const row of catalogue) {
    const kind = dangerOf(matcherOf(row), natives)?.kind;
    const expected = row.target === 'x86_64' ? 'programs' : row.target === 'i386' ? 'sibling' : undefined;
    assert.equal(kind, expected, row.target);
  }
});

test('what is disabled stops nothing', () => {
  assert.equal(stoppersAmong([entry('x', true)], natives).length, 1);
  assert.equal(stoppersAmong([entry('x', false)], natives).length, 0);
});

test('an instance is not switched on with such an entry in it, unless that goes before', () => {
  const observed = { enabled: false, entries: [entry('x', true), entry('y', true)], total: 2 };
  const tasks = (onDanger: 'tell' | 'remove') => {
    const desired = { ...nothingDesired, natives, onDanger, onStatusZero: 'heal' } as const;
    return plan(desired, observed, createMemory()).map((task) => task.reason);
  };
  assert.deepEqual(tasks('tell'), []);
  assert.deepEqual(tasks('remove'), ['danger', 'danger', 'status-zero']);
});

function entry(name: string, enabled: boolean) {
  const id = { dev: 1, ino: 1, ctimeMs: 0 };
  return { name, id, enabled, interpreter: '/x', flags: '', matcher: magic('7f454c46'), unknown: [] };
}

function rowOf(target: string) {
  return catalogue.find((row) => row.target === target) ?? assert.fail(target);
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

function magic(bytes: string, mask = 'ff'.repeat(bytes.length / 2), offset = 0): Matcher {
  return {
    kind: 'magic',
    offset,
    magic: Uint8Array.from(Buffer.from(bytes, 'hex')),
    mask: Uint8Array.from(Buffer.from(mask, 'hex')),
  };
}
