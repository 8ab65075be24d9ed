import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Matcher, Registration } from '../../../src/core/kernel/registration.ts';
import {
  canonicalFlags,
  checkRegistration,
  renderLine,
  sameMatcher,
} from '../../../src/core/kernel/registration.ts';
import { registration } from '../../arbitraries.ts';

const aarch64: Registration = {
  name: 'keeper-aarch64',
  matcher: magic('7f454c460201010000000000000000000200b700', 'ffffffffffffff00fffffffffffffffffeffffff'),
  interpreter: '/store/qemu-aarch64',
  flags: 'POCF',
};

test('flags are brought into the order in which the kernel shows them', () => {
  assert.equal(canonicalFlags('FPC'), 'POCF');
  assert.equal(canonicalFlags('C'), 'OC');
  assert.equal(canonicalFlags('FFPP'), 'PF');
  assert.equal(canonicalFlags(''), '');
});

test('flag letters of other kernels are kept behind the known ones', () => {
  assert.equal(canonicalFlags('TFL'), 'FTL');
});

test('a line has every byte escaped and a mask only where it is not all ones', () => {
  const escaped = (hex: string) => hex.replace(/../g, '\\x$&');
  const magicPart = escaped('7f454c460201010000000000000000000200b700');
  const maskPart = escaped('ffffffffffffff00fffffffffffffffffeffffff');
  assert.equal(line(aarch64), `:keeper-aarch64:M:0:${magicPart}:${maskPart}:/store/qemu-aarch64:POCF`);
  const all = { ...aarch64, matcher: magic('4142'), flags: '' };
  assert.equal(line(all), ':keeper-aarch64:M:0:\\x41\\x42::/store/qemu-aarch64:');
});

test('an extension is written as it is', () => {
  const jar: Registration = { ...aarch64, name: 'jar', matcher: { kind: 'extension', extension: 'jar' } };
  assert.equal(line(jar), ':jar:E::jar::/store/qemu-aarch64:POCF');
});

test('the delimiter occurs in no field, so that splitting at it gives the eight parts back', () => {
  fc.assert(
    fc.property(registration, (one) => {
      const text = line(one);
      const parts = text.slice(1).split(text.charAt(0));
      assert.equal(parts.length, 7);
      assert.equal(parts[0], one.name);
      assert.equal(parts[5], one.interpreter);
      assert.match(text.charAt(0), /[^A-Za-z0-9\\\n\0]/);
    }),
  );
});

test('a registration that is in order has no fault, and its line is within 11 to 1920 bytes', () => {
  assert.deepEqual(checkRegistration(aarch64), []);
  fc.assert(
    fc.property(registration, (one) => {
      const { length } = renderLine(one);
      assert.ok(length >= 11 && length <= 1920, `${length} bytes`);
    }),
  );
});

const wrong: readonly (readonly [string, string, Partial<Registration>])[] = [
  ['an empty name', 'name', { name: '' }],
  ['a name of 256 bytes', 'name', { name: 'n'.repeat(256) }],
  ['a name with a slash', 'name', { name: 'a/b' }],
  ['a name with a NUL', 'name', { name: 'a\0b' }],
  ['a name that is no byte string', 'name', { name: 'a\u20ac' }],
  ['the name of the parent directory', 'name', { name: '..' }],
  ['the name of the register file', 'name', { name: 'register' }],
  ['no interpreter', 'interpreter', { interpreter: '' }],
  ['a relative interpreter', 'interpreter', { interpreter: 'bin/qemu' }],
  ['an interpreter with a line break', 'interpreter', { interpreter: '/a\nflags: F' }],
  ['an interpreter with a NUL', 'interpreter', { interpreter: '/a\0' }],
  ['an unknown flag', 'flags', { flags: 'POX' }],
  ['a flag in lower case', 'flags', { flags: 'f' }],
  ['flags out of order', 'flags', { flags: 'FP' }],
  ['C without O', 'flags', { flags: 'C' }],
  ['an end beyond the header', 'offset', { matcher: magic('4142', 'ffff', 255) }],
  ['a negative offset', 'offset', { matcher: magic('4142', 'ffff', -1) }],
  ['half an offset', 'offset', { matcher: magic('4142', 'ffff', 0.5) }],
  ['an empty magic', 'magic', { matcher: magic('') }],
  ['a short mask', 'mask', { matcher: magic('4142', 'ff') }],
  ['an empty extension', 'extension', { matcher: { kind: 'extension', extension: '' } }],
  ['an extension with a slash', 'extension', { matcher: { kind: 'extension', extension: 'a/b' } }],
  ['an extension with its dot', 'extension', { matcher: { kind: 'extension', extension: '.jar' } }],
  ['an extension with a line break', 'extension', { matcher: { kind: 'extension', extension: 'a\nb' } }],
  ['a line of more than 1920 bytes', 'line', { interpreter: `/${'i'.repeat(1900)}` }],
];

for (const [what, field, part] of wrong) {
  test(`${what} is a fault of the field ${field} and of no other`, () => {
    const faults = checkRegistration({ ...aarch64, ...part });
    assert.deepEqual([...new Set(faults.map((fault) => fault.field))], [field]);
    assert.ok(faults.every((fault) => fault.expected !== '' && fault.given !== ''));
  });
}

test('several mistakes are all told at once', () => {
  const faults = checkRegistration({ ...aarch64, name: '', interpreter: 'x', flags: 'Z' });
  assert.deepEqual(
    faults.map((fault) => fault.field),
    ['name', 'interpreter', 'flags'],
  );
});

test('matchers are the same only byte for byte, bits outside the mask included', () => {
  assert.ok(sameMatcher(magic('4142', 'ff00'), magic('4142', 'ff00')));
  assert.ok(!sameMatcher(magic('4142', 'ff00'), magic('4143', 'ff00')));
  assert.ok(!sameMatcher(magic('4142', 'ff00'), magic('4142', 'ff01')));
  assert.ok(!sameMatcher(magic('4142'), magic('4142', 'ffff', 1)));
  assert.ok(!sameMatcher(magic('4142'), magic('414243')));
  assert.ok(!sameMatcher(magic('41'), { kind: 'extension', extension: 'A' }));
  assert.ok(sameMatcher({ kind: 'extension', extension: 'A' }, { kind: 'extension', extension: 'A' }));
  assert.ok(!sameMatcher({ kind: 'extension', extension: 'A' }, { kind: 'extension', extension: 'B' }));
});

function magic(bytes: string, mask = 'ff'.repeat(bytes.length / 2), offset = 0): Matcher {
  const read = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
  return { kind: 'magic', offset, magic: read(bytes), mask: read(mask) };
}

function line(one: Registration): string {
  return Buffer.from(renderLine(one)).toString('latin1');
}
