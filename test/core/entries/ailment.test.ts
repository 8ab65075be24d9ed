import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ailmentOf, fatalCodes } from '../../../src/core/entries/ailment.ts';
import { machinesOf } from '../../../src/core/entries/machines.ts';
import { renewalFault } from '../../../src/core/entries/renewal.ts';
import type { FileSight, Sight } from '../../../src/core/entries/sight.ts';
import { elfHeader } from '../../../src/core/kernel/elf.ts';
import type { Entry } from '../../../src/core/kernel/entry.ts';
import { architectureOf } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../../src/core/platforms/catalogue-magic.ts';
import { problemCatalogue } from '../../../src/core/problems.ts';

const sibling = { machine: 3, class: 32 } as const;
const machines = machinesOf({ machine: 62, class: 64, data: 'little', sibling }, []);
const registeredAt = 1000;

function entry(
  name: string,
  flags: string,
  matcher: Entry['matcher'] = { kind: 'extension', extension: name },
): Entry {
  const id = { dev: 1, ino: name.length, ctimeMs: registeredAt };
  return { name, flags, matcher, interpreter: `/bin/${name}`, enabled: true, unknown: [], id };
}

function row(target: string): Parameters<typeof matcherOf>[0] {
  const found = architectureOf(target);
  assert.ok(found);
  return found;
}

function elf(target: string): Uint8Array {
  return elfHeader(row(target));
}

const good: FileSight = {
  ...{ kind: 'file', dev: 7, ino: 70, bornMs: 500, version: '', barred: null, lacks: null },
  head: elf('x86_64'),
};
const text = new TextEncoder();

function codeOf(
  one: Entry,
  sight: Sight,
  pinned: { dev: number; ino: number } | null = null,
  others: readonly Entry[] = [],
) {
  const found = ailmentOf(one, sight, pinned, { ...machines, entries: [...others, one] });
  if (found !== null) assert.equal(found.fatal, fatalCodes.has(found.code), found.code);
  return found?.code ?? null;
}

test('without F each way of losing the interpreter lets each exec fail, and is told as what it is', () => {
  const plain = entry('plain', '');
  const file = (more: Partial<FileSight>): FileSight => ({ ...good, ...more });
  assert.equal(codeOf(plain, good), null);
  assert.equal(codeOf(plain, file({ head: elf('i386') })), null, 'its 32-bit sibling');
  assert.equal(codeOf(plain, file({ head: text.encode('#!/bin/sh\n') })), null);
  assert.equal(codeOf(plain, { kind: 'unseen', why: '' }), null, 'what nobody can see is not told');
  assert.equal(codeOf(plain, { kind: 'gone', why: '' }), 'entry-interpreter-missing');
  assert.equal(codeOf(plain, { kind: 'hung', why: '', mountPoint: '/' }), 'entry-interpreter-hung');
  assert.equal(codeOf(plain, file({ lacks: 'x' })), 'entry-interpreter-missing');
  assert.equal(codeOf(plain, file({ barred: { by: 'mode', why: '' } })), 'entry-interpreter-mode');
  assert.equal(codeOf(plain, file({ barred: { by: 'mount', why: '' } })), 'entry-interpreter-noexec');
  assert.equal(codeOf(plain, file({ head: elf('aarch64') })), 'entry-interpreter-machine');
  assert.equal(codeOf(plain, file({ head: new Uint8Array() })), 'entry-interpreter-machine');
  assert.equal(
    codeOf(plain, file({ ino: 71, bornMs: 2000 }), { dev: 7, ino: 70 }),
    null,
    'the new file at once',
  );
});

test('an interpreter of another machine runs by another entry, never by its own', () => {
  const runner = entry('qemu', 'F', matcherOf(row('aarch64')));
  const foreign = { ...good, head: elf('aarch64') };
  assert.equal(codeOf(entry('plain', ''), foreign, null, [runner]), 'entry-interpreter-emulated');
  const off = { ...runner, enabled: false };
  assert.equal(codeOf(entry('plain', ''), foreign, null, [off]), 'entry-interpreter-machine');
  const itself = ailmentOf({ ...runner, flags: '' }, foreign, null, { ...machines, entries: [runner] });
  assert.match(itself?.detail ?? '', /a file that this very entry matches: each exec ends with ELOOP$/);
  assert.equal(itself?.code, 'entry-interpreter-loop');
});

test('an interpreter that leads back to its entry is told, by its name as well, and one that does not is not', () => {
  const named = (name: string, interpreter: string, flags = ''): Entry => ({
    ...entry(name, flags),
    interpreter,
  });
  const told = (one: Entry, ...others: readonly Entry[]) =>
    ailmentOf(one, good, null, { ...machines, entries: [...others, one], headOf: () => good.head });
  const [a, b] = [named('a', '/x.b'), named('b', '/x.a')];
  assert.match(told(a, b)?.detail ?? '', /matches, which leads back by b, a: each exec ends with ELOOP$/);
  assert.equal(told(b, a)?.code, 'entry-interpreter-loop');
  assert.equal(told(named('a', '/x.a'))?.code, 'entry-interpreter-loop');
  assert.equal(
    told(named('a', '/x.a', 'F'))?.code,
    'entry-interpreter-loop',
    'the kernel asks for the name with F, too',
  );
  assert.equal(told(a, { ...b, enabled: false }), null);
  assert.equal(told(a, named('b', '/bin/b')), null);
  const chain = [...'bcdefgh'].map((name, at) => named(name, `/x.${'cdefghi'[at]}`));
  assert.equal(told(a, ...chain)?.code, 'entry-interpreter-loop', 'more steps than the kernel takes');
  assert.equal(told(a, ...chain.slice(0, 3)), null);
  const brick = entry('brick', '', {
    kind: 'magic',
    offset: 0,
    magic: good.head.subarray(0, 4),
    mask: new Uint8Array(4).fill(255),
  });
  assert.equal(told(a, brick), null, 'told as what it is, a danger');
});

test('with F the kernel runs the file that it opened: what becomes of its path is no death', () => {
  const pinned = entry('pinned', 'F');
  assert.equal(codeOf(pinned, good), null);
  for (const sight of [
    { kind: 'gone', why: '' },
    { kind: 'hung', why: '', mountPoint: '/' },
    { ...good, barred: { by: 'mode', why: '' } },
  ] as const)
    assert.equal(codeOf(pinned, sight), 'entry-not-renewable');
  assert.equal(codeOf(pinned, { ...good, ino: 71 }, { dev: 7, ino: 70 }), 'stale-interpreter');
  assert.equal(codeOf(pinned, { ...good, bornMs: 2000 }), 'stale-interpreter', 'made after the registration');
  assert.equal(codeOf(pinned, { ...good, bornMs: 2000 }, { dev: 7, ino: 70 }), null, 'what is known decides');
  assert.equal(codeOf(pinned, { ...good, bornMs: null }), null);
});

test('none is renewed with a file that cannot serve, nor where it would come in front of somebody', () => {
  const kept = entry('kept', 'F', matcherOf(row('riscv64')));
  const front = entry('front', '', matcherOf(row('riscv64')));
  const fault = (sight: Sight, entries: readonly Entry[], isOurs = false) =>
    renewalFault(kept, sight, { ...machines, entries }, () => isOurs);
  assert.equal(fault(good, [kept, front]), null);
  assert.match(fault(good, [front, kept]) ?? '', /in front of front, which takes the same files$/);
  assert.equal(fault(good, [front, kept], true), null, 'ours are put in front again');
  assert.equal(fault(good, [{ ...front, enabled: false }, kept]), null);
  assert.equal(fault(good, [entry('front', '', matcherOf(row('s390x'))), kept]), null);
  assert.match(
    fault({ ...good, lacks: 'it asks for /lib/ld' }, [kept]) ?? '',
    /^the new file cannot serve: it asks for/,
  );
});

test('each of them is a problem of the catalogue that stops nobody from installing', () => {
  for (const code of fatalCodes) assert.equal(problemCatalogue[code].severity, 'warning', code);
});
