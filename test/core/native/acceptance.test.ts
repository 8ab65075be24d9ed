import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { elfHeader } from '../../../src/core/kernel/elf.ts';
import { matchesHeader } from '../../../src/core/kernel/match.ts';
import type { Matcher } from '../../../src/core/kernel/registration.ts';
import type { NativeHost } from '../../../src/core/native/acceptance.ts';
import {
  acceptHandler,
  defaultProtectedExtensions,
  interpreterClash,
  nativeTemplates,
} from '../../../src/core/native/acceptance.ts';
import { magicMatcher } from '../../arbitraries.ts';

const x86: NativeHost = { machine: 62, class: 64, data: 'little', sibling: { machine: 3, class: 32 } };
const arm64: NativeHost = { machine: 183, class: 64, data: 'little', sibling: { machine: 40, class: 32 } };
const s390x: NativeHost = { machine: 22, class: 64, data: 'big', sibling: null };
const mips: NativeHost = { machine: 8, class: 32, data: 'big', sibling: null };

// Rows of QEMU's scripts/qemu-binfmt-conf.sh.
const x86Row = magic('7f454c4602010100000000000000000002003e00', 'fffffffffffefe00fffffffffffffffffeffffff');
const i386Row = magic('7f454c4601010100000000000000000002000300', 'fffffffffffefe00fffffffffffffffffeffffff');
const arm64Row = magic(
  '7f454c460201010000000000000000000200b700',
  'ffffffffffffff00fffffffffffffffffeffffff',
);
const armRow = magic('7f454c4601010100000000000000000002002800', 'ffffffffffffff00fffffffffffffffffeffffff');
const s390xRow = magic(
  '7f454c4602020100000000000000000000020016',
  'ffffffffffffff00fffffffffffffffffffeffff',
);

const rows: readonly (readonly [string, NativeHost, Matcher, boolean])[] = [
  ['x86_64 on x86_64', x86, x86Row, false],
  ['i386 on x86_64 that runs it natively', x86, i386Row, false],
  ['i386 on x86_64 that does not', { ...x86, sibling: null }, i386Row, true],
  ['aarch64 on x86_64', x86, arm64Row, true],
  ['s390x on x86_64', x86, s390xRow, true],
  ['aarch64 on arm64', arm64, arm64Row, false],
  ['arm on arm64 that runs it natively', arm64, armRow, false],
  ['arm on arm64 that does not', { ...arm64, sibling: null }, armRow, true],
  ['x86_64 on arm64', arm64, x86Row, true],
  ['s390x on s390x', s390x, s390xRow, false],
  ['aarch64 on s390x', s390x, arm64Row, true],
  ['java classes', x86, magic('cafebabe'), true],
  ['Windows programs', x86, magic('4d5a'), true],
  ['an all-zero mask', x86, magic('7f454c46', '00000000'), false],
  ['an all-zero mask with another magic', x86, magic('4d5a', '0000'), false],
  ['ELF of every kind', x86, magic('7f454c46'), false],
  ['ELF of the same class and byte order', x86, magic('7f454c460201'), false],
  ['scripts', x86, magic('2321'), false],
  ['scripts of one interpreter', x86, magic('23212f62696e2f7368'), false],
  ['the second byte of scripts alone', x86, magic('21', 'ff', 1), false],
  ['program headers', x86, magic('0600000004000000', undefined, 64), false],
  ['NULs where most files hold them', x86, magic('0000', undefined, 200), false],
  ['AppImages, which are native programs', x86, magic('7f454c4602010100414902'), false],
  ['its own fixed-address programs alone', x86, elfMagic(2), false],
  ['its own position-independent programs alone', x86, elfMagic(3), false],
  ['its own object files', x86, elfMagic(1), true],
  ['its own programs of one OSABI', x86, magic('7f454c4602010103'), false],
  ['programs of one OSABI', x86, magic('03', 'ff', 7), false],
  ['a bit that both magics lack', x86, magic('80', '80'), true],
  ['a bit that only ELF lacks', x86, magic('80', '80', 1), true],
  ['a bit of e_type that both kinds of program have', x86, magic('0200', 'feff', 16), false],
  ['a script byte and a foreign machine', x86, magic('b700', 'ffff', 18), false],
];

for (const [what, host, matcher, accepted] of rows) {
  test(`a handler for ${what} is ${accepted ? 'accepted' : 'refused'}`, () => {
    const faults = acceptHandler(matcher, '/store/qemu', host, []);
    assert.equal(faults.length === 0, accepted, JSON.stringify(faults));
  });
}

test('a refusal names the native file that would match and the bytes that would', () => {
  const [fault] = acceptHandler(x86Row, '/store/qemu', x86, []);
  assert.equal(fault?.field, 'magic');
  assert.match(fault.expected, /native executable \(ELF machine 62\)/);
  assert.match(fault.given, /7f454c46/);
});

// Magics near the border: real rows with some mask bits dropped, moved, or mixed with random ones.
const weakened = fc
  .tuple(
    fc.constantFrom(x86Row, i386Row, arm64Row, armRow, s390xRow),
    fc.infiniteStream(fc.integer({ max: 255, min: 0 })),
  )
  .map(([row, stream]) => {
    if (row.kind !== 'magic') throw new Error('not a magic');
    const pick = (mask: number) =>
      Number(stream.next().value) < 140 ? mask & Number(stream.next().value) : 0;
    return { ...row, mask: row.mask.map(pick) };
  });
// The host's own header with one byte changed, of which a few bytes count: right on the border.
const nearNative = fc
  .record({
    machine: fc.constantFrom(62, 183, 3, 22, 8),
    class: fc.constantFrom<32 | 64>(32, 64),
    data: fc.constantFrom<'little' | 'big'>('little', 'big'),
    type: fc.constantFrom(1, 2, 3, 4),
    changed: fc.integer({ min: 0, max: 79 }),
    value: fc.integer({ min: 0, max: 255 }),
    masked: fc.uint8Array({ minLength: 80, maxLength: 80 }),
  })
  .map(({ changed, value, masked, ...facts }): Matcher & { kind: 'magic' } => {
    const bits = new Uint8Array(80);
    bits.set(elfHeader(facts));
    bits[changed] = value;
    const mask = masked.map((byte, at) => (at === changed || at < 4 || byte < 16 ? 0xff : 0));
    return { kind: 'magic', offset: 0, magic: bits, mask };
  });
const candidate = fc.oneof(weakened, nearNative, magicMatcher);
const anyHost = fc.constantFrom(x86, arm64, s390x, mips, { ...x86, sibling: null });

test('no native header matches an accepted magic, whatever stands in the bytes that are free', () => {
  const counts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(
      candidate,
      anyHost,
      fc.constantFrom(2, 3),
      fc.uint8Array({ minLength: 256, maxLength: 256 }),
      (m, host, type, fill) => {
        if (acceptHandler(m, '/i', host, []).length > 0) {
          counts.refused += 1;
          return;
        }
        counts.accepted += 1;
        for (const file of nativeFiles(host, type, aimed(m, fill))) assert.ok(!matchesHeader(m, file));
        for (const file of nativeFiles(host, type, fill)) assert.ok(!matchesHeader(m, file));
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(counts.accepted > 300 && counts.refused > 300, JSON.stringify(counts));
});

test('a refused magic could take a native file, so nothing harmless is refused', () => {
  fc.assert(
    fc.property(candidate, anyHost, (m, host) => {
      if (acceptHandler(m, '/i', host, []).length === 0) return;
      const files = [2, 3].flatMap((type) => nativeFiles(host, type, aimed(m, new Uint8Array(256))));
      assert.ok(files.some((file) => matchesHeader(m, file)));
    }),
    { numRuns: 3000 },
  );
});

test('a host has a template for itself, one for its sibling, and one for scripts', () => {
  assert.equal(nativeTemplates(x86).length, 3);
  assert.equal(nativeTemplates(s390x).length, 2);
});

const extensions = defaultProtectedExtensions([
  '/lib64/ld-linux-x86-64.so.2',
  'ld-musl-x86_64.so.1',
  'bash',
  'mount.zfs',
]);

test('an extension of loaders, interpreters or scripts is refused', () => {
  for (const extension of [
    '2',
    '1',
    '11',
    'so',
    'sh',
    'bash',
    'py',
    'pl',
    'rb',
    'js',
    'mjs',
    'ext4',
    'zfs',
  ]) {
    const faults = acceptHandler({ kind: 'extension', extension }, '/store/run', x86, extensions);
    assert.equal(faults[0]?.field, 'extension', extension);
    assert.equal(faults[0].given, JSON.stringify(extension));
  }
});

test('an extension of foreign programs is accepted', () => {
  for (const extension of ['jar', 'wasm', 'exe', 'EXE', 'd64', '7z']) {
    assert.deepEqual(
      acceptHandler({ kind: 'extension', extension }, '/store/run', x86, extensions),
      [],
      extension,
    );
  }
});

test('numbers are refused even where no loader is known, for versions end in them', () => {
  assert.equal(acceptHandler({ kind: 'extension', extension: '12' }, '/i', x86, []).length, 1);
});

test('an extension handler whose interpreter has the extension itself is refused', () => {
  const faults = acceptHandler({ kind: 'extension', extension: 'jar' }, '/opt/run.jar', x86, extensions);
  assert.equal(faults.length, 1);
  assert.deepEqual(
    acceptHandler({ kind: 'extension', extension: 'jar' }, '/opt/a.jar/run', x86, extensions),
    [],
  );
});

const qemu = {
  name: 'arm64',
  matcher: arm64Row,
  interpreter: '/store/qemu-aarch64',
  interpreterHeader: elfHeader({ class: 64, data: 'little', machine: 62 }),
};

test('interpreters that no handler matches clash with nothing', () => {
  const jar: Matcher = { kind: 'extension', extension: 'jar' };
  const java = { ...qemu, name: 'jar', matcher: jar, interpreter: '/usr/bin/java' };
  assert.deepEqual(interpreterClash([qemu, java, { ...java, name: 'other', interpreterHeader: null }]), []);
});

test('an interpreter that its own handler matches is named', () => {
  const emulated = { ...qemu, interpreterHeader: elfHeader({ class: 64, data: 'little', machine: 183 }) };
  assert.deepEqual(interpreterClash([emulated]), [
    { name: 'arm64', interpreter: '/store/qemu-aarch64', takers: ['arm64'] },
  ]);
});

test('an interpreter that other handlers match, by header or by name, is named with all of them', () => {
  const class_ = { ...qemu, name: 'class', matcher: magic('cafebabe'), interpreter: '/opt/run.x' };
  const byName = { ...qemu, name: 'dotx', matcher: { kind: 'extension', extension: 'x' } as const };
  const arm64Header = elfHeader({ class: 64, data: 'little', machine: 183 });
  assert.deepEqual(interpreterClash([class_, byName]), [
    { name: 'class', interpreter: '/opt/run.x', takers: ['dotx'] },
  ]);
  const foreign = { ...class_, interpreterHeader: arm64Header };
  assert.deepEqual(interpreterClash([foreign, qemu, byName]), [
    { name: 'class', interpreter: '/opt/run.x', takers: ['arm64', 'dotx'] },
  ]);
});

/**
 * Headers of everything the host runs, made by the other code path: `fill` shows in every byte that the
 * program chooses.
 */
function nativeFiles(host: NativeHost, type: number, fill: Uint8Array): Uint8Array[] {
  const elf = (facts: { machine: number; class: 32 | 64 }) => {
    const wide = facts.class === 64;
    const file = Uint8Array.from(fill);
    const header = elfHeader({ ...facts, data: host.data, type });
    const keep: readonly (readonly [number, number])[] = [[0, 7], [16, 24], wide ? [52, 56] : [40, 44]];
    for (const [from, to] of keep) file.set(header.subarray(from, to), from);
    return file;
  };
  const script = Uint8Array.from(fill);
  script.set([0x23, 0x21]);
  return [elf(host), ...(host.sibling === null ? [] : [elf(host.sibling)]), script];
}

/** The fill that suits the matcher best. */
function aimed({ offset, magic: bits, mask }: Matcher & { kind: 'magic' }, fill: Uint8Array): Uint8Array {
  const file = Uint8Array.from(fill);
  bits.forEach((byte, at) => {
    file[offset + at] = ((file[offset + at] ?? 0) & ~(mask[at] ?? 0)) | byte;
  });
  return file;
}

function magic(hex: string, mask = 'ff'.repeat(hex.length / 2), offset = 0): Matcher {
  const read = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
  return { kind: 'magic', offset, magic: read(hex), mask: read(mask) };
}

function elfMagic(type: number): Matcher {
  const bytes = elfHeader({ class: 64, data: 'little', machine: 62, type }).subarray(0, 20);
  return { kind: 'magic', offset: 0, magic: bytes, mask: new Uint8Array(20).fill(0xff) };
}
