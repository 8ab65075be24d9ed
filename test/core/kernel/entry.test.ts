import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseEntry, renderEntry } from '../../../src/core/kernel/entry.ts';
import { byteString, registration } from '../../arbitraries.ts';

// As Linux 6.18 shows them.
const masked = 'enabled\ninterpreter /usr/bin/x y\nflags: POCF\noffset 4\nmagic 0102\nmask fffe\n';
const extension = 'disabled\ninterpreter /bin/true\nflags: \nextension .ab\n';

const elf = {
  kind: 'magic',
  offset: 0,
  magic: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46),
  mask: Uint8Array.of(0xff, 0xff, 0xff, 0xff),
} as const;

test('what is rendered is read back the same', () => {
  fc.assert(
    fc.property(registration, fc.boolean(), (one, enabled) => {
      const { name: _, ...rest } = one;
      assert.deepEqual(parseEntry(renderEntry(one, enabled)), { enabled, ...rest, unknown: [] });
    }),
  );
});

test('a magic entry is read with all its parts', () => {
  assert.deepEqual(parseEntry(masked), {
    enabled: true,
    interpreter: '/usr/bin/x y',
    flags: 'POCF',
    matcher: { kind: 'magic', offset: 4, magic: Uint8Array.of(1, 2), mask: Uint8Array.of(0xff, 0xfe) },
    unknown: [],
  });
});

test('an extension entry is read without the dot', () => {
  assert.deepEqual(parseEntry(extension), {
    enabled: false,
    interpreter: '/bin/true',
    flags: '',
    matcher: { kind: 'extension', extension: 'ab' },
    unknown: [],
  });
});

test('a missing mask is all ones', () => {
  const entry = parseEntry(masked.replace(/mask.*\n/, ''));
  assert.deepEqual(entry?.matcher?.kind === 'magic' && entry.matcher.mask, Uint8Array.of(0xff, 0xff));
});

test('an entry whose handler is a BPF program is kept without a matcher', () => {
  const text = 'enabled\nbpf guests\nbpf-interpreter arm /usr/bin/qemu-arm\nflags: POTL\n';
  assert.deepEqual(parseEntry(text), {
    enabled: true,
    interpreter: '',
    flags: 'POTL',
    matcher: null,
    unknown: ['bpf guests', 'bpf-interpreter arm /usr/bin/qemu-arm'],
  });
});

test('lines and flags of newer kernels are kept, and the rest is read all the same', () => {
  const entry = parseEntry(`${masked.replace('POCF', 'POCFT')}owner 1000\n`);
  assert.equal(entry?.flags, 'POCFT');
  assert.deepEqual(entry?.unknown, ['owner 1000']);
  assert.equal(entry?.matcher?.kind, 'magic');
});

test('a matcher that cannot be read is no matcher, and its lines are kept', () => {
  for (const [from, to, kept] of [
    ['mask fffe', 'mask ff', ['offset 4', 'magic 0102', 'mask ff']],
    ['magic 0102', 'magic 01 02', ['magic 01 02', 'offset 4', 'mask fffe']],
    ['offset 4', 'offset four', ['offset four', 'magic 0102', 'mask fffe']],
    ['magic 0102', 'extension .x', ['mask fffe', 'offset 4', 'extension .x']],
  ] as const) {
    const entry = parseEntry(masked.replace(from, to));
    assert.equal(entry?.matcher, null);
    assert.deepEqual(entry?.unknown, kept);
  }
});

test('lines that a path forges hide neither what an entry matches nor that it is odd', () => {
  for (const path of [
    '/x\noffset 9',
    '/x\nflags: \noffset 0\nmagic 41',
    '/x\nmagic 41\nmask 00',
    '/x\nextension .a',
  ]) {
    const entry = parseEntry(renderEntry({ name: 'x', matcher: elf, interpreter: path, flags: '' }, true));
    assert.deepEqual(entry?.matcher, elf, JSON.stringify(path));
    assert.notDeepEqual(entry?.unknown, []);
  }
});

test('what does not begin like an entry is none', () => {
  for (const text of ['', '\n', 'enabled ', 'interpreter /x\n', '0', ' enabled\n', 'status\nenabled\n']) {
    assert.equal(parseEntry(text), null, JSON.stringify(text));
  }
});

const forging = fc.oneof(
  fc.constantFrom(
    'flags: POCF',
    'offset 0',
    'magic 41',
    'mask ff',
    'extension .x',
    'interpreter /b',
    'enabled',
    '',
  ),
  byteString({ minLength: 0, maxLength: 10 }, '\0'),
);

test('a path with line breaks always leaves lines over, and only its beginning is the interpreter', () => {
  fc.assert(
    fc.property(registration, fc.array(forging, { minLength: 1, maxLength: 6 }), (one, lines) => {
      const interpreter = [one.interpreter, ...lines].join('\n');
      const entry = parseEntry(renderEntry({ ...one, interpreter }, true));
      assert.equal(entry?.interpreter, one.interpreter);
      assert.notDeepEqual(entry?.unknown, []);
    }),
  );
});

test('any text at all is read without an exception', () => {
  fc.assert(
    fc.property(fc.array(forging), (lines) => {
      const entry = parseEntry(['enabled', ...lines].join('\n'));
      assert.ok(entry !== null);
    }),
  );
});
