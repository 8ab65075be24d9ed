import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ElfHeader } from '../../../src/core/kernel/elf.ts';
import { elfHeader, isStatic, programHeaders, readElfHeader } from '../../../src/core/kernel/elf.ts';

const uint8 = fc.integer({ min: 0, max: 0xff });
const uint16 = fc.integer({ min: 0, max: 0xffff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const header: fc.Arbitrary<ElfHeader> = fc.record(
  {
    class: fc.constantFrom(32, 64),
    data: fc.constantFrom('little', 'big'),
    osabi: uint8,
    abiVersion: uint8,
    type: uint16,
    machine: uint16,
    flags: uint32,
    entry: uint32,
    phoff: uint32,
    phentsize: uint16,
    phnum: uint16,
  },
  { noNullPrototype: true },
);

test('a header that is built is read back the same, in both classes and byte orders', () => {
  fc.assert(fc.property(header, (facts) => assert.deepEqual(readElfHeader(elfHeader(facts)), facts)));
});

test('the header of the running program is read as the kernel reads it', () => {
  const read = readElfHeader(readFileSync('/proc/self/exe').subarray(0, 4096));
  assert.equal(read?.data, endianness() === 'LE' ? 'little' : 'big');
  assert.ok(read?.type === 2 || read?.type === 3);
  assert.equal(read.phentsize, read.class === 64 ? 56 : 32);
});

test('what is no ELF header, or only a part of one, is none', () => {
  const good = elfHeader({ class: 64, data: 'little', machine: 183 });
  assert.ok(readElfHeader(good));
  assert.equal(readElfHeader(good.subarray(0, 63)), null);
  assert.equal(readElfHeader(new Uint8Array(64)), null);
  for (const [at, value] of [
    [0, 0x7e],
    [4, 0],
    [4, 3],
    [5, 0],
    [5, 3],
  ] as const) {
    const bad = Uint8Array.from(good);
    bad[at] = value;
    assert.equal(readElfHeader(bad), null, `byte ${at} = ${value}`);
  }
});

for (const elfClass of [32, 64] as const) {
  for (const data of ['little', 'big'] as const) {
    test(`a loader is found in ${elfClass}-bit ${data}-endian files, and its absence too`, () => {
      assert.equal(isStatic(file(elfClass, data, [6, 3, 1])), false);
      assert.equal(isStatic(file(elfClass, data, [1, 1, 2])), true);
    });
  }
}

test('whether a file is static stays open where its program headers are not in the bytes given', () => {
  const whole = file(64, 'little', [1, 1, 3]);
  assert.equal(isStatic(whole.subarray(0, whole.length - 1)), null);
  assert.equal(isStatic(new Uint8Array(4096)), null);
  assert.equal(isStatic(elfHeader({ class: 64, data: 'little', machine: 62, phnum: 0 })), null);
  assert.equal(isStatic(elfHeader({ class: 64, data: 'little', machine: 62, phentsize: 32 })), null);
});

test('program headers tell where in the file the parts lie', () => {
  const bytes = file(64, 'little', [3]);
  new DataView(bytes.buffer).setBigUint64(64 + 8, 0x318n, true);
  new DataView(bytes.buffer).setBigUint64(64 + 32, 28n, true);
  const read = readElfHeader(bytes);
  assert.deepEqual(read && programHeaders(bytes, read), [
    { type: 3, offset: 0x318, address: 0, fileSize: 28 },
  ]);
});

test('any bytes at all are read without an exception', () => {
  const start = fc.constantFrom([], [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1], [0x7f, 0x45, 0x4c, 0x46, 2, 2, 1]);
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (front, rest) => {
      const verdict = isStatic(Uint8Array.of(...front, ...rest));
      assert.ok(verdict === null || typeof verdict === 'boolean');
    }),
  );
});

function file(elfClass: 32 | 64, data: 'little' | 'big', types: readonly number[]): Uint8Array {
  const size = elfClass === 64 ? 56 : 32;
  const front = elfHeader({ class: elfClass, data, machine: 1, phnum: types.length });
  const bytes = new Uint8Array(front.length + size * types.length);
  bytes.set(front);
  const view = new DataView(bytes.buffer);
  types.forEach((type, at) => {
    view.setUint32(front.length + at * size, type, data === 'little');
  });
  return bytes;
}
