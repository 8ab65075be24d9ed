import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  unclearBytes,
  unclearFlags,
  unclearInterpreter,
  unclearLine,
} from '../../../src/core/kernel/misread.ts';

/** Ways in which people write 7f 45 4c 46. */
const elf = [
  ...['7f454c46', '7F454C46', '7f 45 4c 46', '7f:45:4c:46', '7f-45-4c-46', '7f,45,4c,46', '7f454c46h'],
  ...['0x7f 0x45 0x4c 0x46', '0x7f,0x45,0x4c,0x46', '{0x7f, 0x45, 0x4c, 0x46}', "x'7f454c46'", '$7f454c46'],
  ...[
    '#7f454c46',
    '\\x7f454c46',
    '\\x7f\\x454c46',
    '\\x7f \\x45 \\x4c \\x46',
    '0x7f454c46 ',
    '[7f 45 4c 46]',
  ],
];

test('hexadecimal in whatever dress is never text, and the refusal has the line to copy', () => {
  for (const written of elf) {
    assert.match(unclearBytes(written, 'config') ?? 'text', /write 0x7f454c46 for these 4 bytes/, written);
    assert.match(
      unclearBytes(written, 'line') ?? 'text',
      /write \\x7f\\x45\\x4c\\x46 for these 4 bytes/,
      written,
    );
  }
});

test('a digit too few, octal and doubled escapes, numbers and a forgotten backslash are told as what they are', () => {
  for (const [written, expected] of [
    ['7f454c4', /a digit too few or too many \(7 of them\)/],
    ['cafebab', /a digit too few/],
    ['1e10', /write 0x1e10 for these 2 bytes/],
    ['12', /write 0x12 for these 1 bytes/],
    ['0o17', /is a number/],
    ['0b1010', /is a number|looks hexadecimal/],
    ['1.5', /is a number/],
    ['.inf', /is a number/],
    ['017', /a digit too few/],
    ['\\177ELF', /octal escapes, .*: write \\x7f for \\177/],
    ['\\\\x7fELF', /two backslashes/],
    ['7fELF', /write \\x7fELF/],
    ['x7fELF', /write \\x7fELF/],
    ['0x7fELF', /write \\x7fELF/],
    ['^?ELF', /write \\x7fELF/],
  ] as const) {
    assert.match(unclearBytes(written, 'config') ?? 'text', expected, written);
  }
});

test('what real formats begin with stays text', () => {
  const texts = [
    ...[
      '\\x7fELF',
      'ELF',
      'MZ',
      'BC',
      'BC\\xc0\\xde',
      '\\xca\\xfe\\xba\\xbe',
      '\\x00asm',
      '\\x1bLua',
      '\\x89PNG',
      'MZqFpD',
    ],
    ...[
      '#!',
      '!<arch>',
      '%PDF-1.5',
      'ustar',
      'GIF8',
      '\\xfd7zXZ\\x00',
      'PK\\x03\\x04',
      '(*',
      'AI\\x02',
      'RIFF',
      '',
    ],
    ...['\\x7f\\x45\\x4c\\x46', '\\x6f\\x0d\\x0d\\x0a', 'DOS', 'Caml1999X'],
  ];
  for (const text of texts) {
    assert.equal(unclearBytes(text, 'config'), null, text);
    assert.equal(unclearBytes(text, 'line'), null, text);
  }
});

test('escapes alone are never unclear', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      const written = Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
      return unclearBytes(written, 'config') === null && unclearBytes(written, 'line') === null;
    }),
  );
});

test('arguments behind an interpreter are refused, a path with blanks is not', () => {
  for (const path of [
    '/usr/bin/java -jar',
    '/usr/bin/env python3',
    '/bin/sh -c x',
    '/usr/bin/wine "$@"',
    '/opt/run --x',
  ])
    assert.match(unclearInterpreter(path) ?? 'well', /without arguments: the kernel passes none/, path);
  for (const path of ['/usr/bin/java', '/opt/My App/run', '/opt/a-b/c', '/usr/bin/env', '/opt/x - y/run'])
    assert.equal(unclearInterpreter(path), null, path);
});

test('flags with something between them are refused with the letters to write', () => {
  for (const flags of ['P,O,C,F', 'P O C F', 'pocf', 'P|O|C|F', 'POCF,'])
    assert.match(unclearFlags(flags) ?? 'well', /: write POCF$/, flags);
  for (const flags of ['', 'POCF', 'F', 'X']) assert.equal(unclearFlags(flags), null, flags);
});

test('a registration line is looked at field by field', () => {
  const faults = unclearLine(':x:M::7f454c46:ffffffff:/usr/bin/java -jar:P,O');
  assert.deepEqual(
    faults.map((f) => f.field),
    ['magic', 'mask', 'interpreter', 'flags'],
  );
  assert.deepEqual(unclearLine(':x:E::beef::/usr/bin/x:F'), []);
  assert.deepEqual(unclearLine(',x,M,,\\x7fELF,\\xff\\xff\\xff\\xff,/usr/bin/x,POCF'), []);
});
