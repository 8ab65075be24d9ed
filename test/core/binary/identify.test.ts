import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Binary } from '../../../src/core/binary/binary.ts';
import { identify } from '../../../src/core/binary/identify.ts';
import { elfHeader } from '../../../src/core/kernel/elf.ts';

const lfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';

/** What a file may be that is saved under a program's name: its first bytes, and what is known of them. */
const cases: readonly (readonly [string, string, Partial<Record<string, unknown>>])[] = [
  ['nothing', '', { kind: 'empty' }],
  ['three bytes of an ELF file', '\x7fEL', { kind: 'damaged', of: 'elf', by: 'cut' }],
  ['an ELF header cut short', '\x7fELF\x02\x01\x01\0', { kind: 'damaged', of: 'elf', by: 'cut' }],
  [
    'an ELF class that does not exist',
    `\x7fELF\x07\x01\x01${'\0'.repeat(80)}`,
    { kind: 'damaged', by: 'header' },
  ],
  ['NUL bytes', '\0'.repeat(100), { kind: 'data', zeros: true }],
  ['bytes of no kind', '\x01\x02\x03\x04', { kind: 'data', zeros: false }],
  ['text', 'echo hello\n', { kind: 'text', form: 'plain', firstLine: 'echo hello' }],
  ['an answer of a server', '404: Not Found', { kind: 'text', form: 'plain', firstLine: '404: Not Found' }],
  ['a page', '\n<!DOCTYPE html>\n<html>', { kind: 'text', form: 'web-page' }],
  ['a page in capitals', '<HTML><HEAD>', { kind: 'text', form: 'web-page' }],
  ['XHTML', '<?xml version="1.0"?>\n<html xmlns="">', { kind: 'text', form: 'web-page' }],
  ['an error of a bucket', '<?xml version="1.0"?><Error><Code>AccessDenied', { kind: 'text', form: 'xml' }],
  ['an error of an API', '{"message":"Not Found"}', { kind: 'text', form: 'json' }],
  ['a test of the shell', '[ -f /etc/passwd ] && echo\n', { kind: 'text', form: 'plain' }],
  ['an LFS pointer', lfs, { kind: 'text', form: 'git-lfs-pointer' }],
  ['a mark before #!', '\xef\xbb\xbf#!/bin/sh\n', { kind: 'text', form: 'mark-before-shebang' }],
  ['a blank line before #!', '\n#!/bin/sh\n', { kind: 'text', form: 'blank-before-shebang' }],
  ['UTF-16', '\xff\xfee\0c\0', { kind: 'text', form: 'utf-16' }],
  ['UTF-8', 'd\xc3\xa9j\xc3\xa0 vu\n', { kind: 'text', form: 'plain' }],
  ['a script', '#!/bin/sh\n', { kind: 'script', interpreter: '/bin/sh' }],
  ['APE', "MZqFpD='\n", { kind: 'ape', debug: false }],
  ['wasm', '\0asm\x01\0\0\0', { kind: 'wasm', form: 'module', version: 1 }],
  ['a component', '\0asm\x0d\0\x01\0', { kind: 'wasm', form: 'component', version: 13 }],
  ['zip', 'PK\x03\x04rest', { kind: 'packed', format: 'zip' }],
  ['a jar', `PK\x03\x04${'\0'.repeat(26)}META-INF/`, { kind: 'code', format: 'jar' }],
  ['gzip', '\x1f\x8b\x08', { kind: 'packed', format: 'gzip' }],
  ['xz', '\xfd7zXZ\0', { kind: 'packed', format: 'xz' }],
  ['zstd', '\x28\xb5\x2f\xfd', { kind: 'packed', format: 'zstd' }],
  ['tar', `name${'\0'.repeat(253)}ustar`, { kind: 'packed', format: 'tar' }],
  ['deb', '!<arch>\ndebian-binary', { kind: 'packed', format: 'deb' }],
  ['a static library', '!<arch>\n/      ', { kind: 'packed', format: 'ar' }],
  ['rpm', '\xed\xab\xee\xdb', { kind: 'packed', format: 'rpm' }],
  ['squashfs', 'hsqs', { kind: 'packed', format: 'squashfs' }],
  ['a Java class', '\xca\xfe\xba\xbe\0\0\0\x3d', { kind: 'code', format: 'java-class' }],
  ['LLVM bitcode', 'BC\xc0\xde', { kind: 'code', format: 'llvm-bitcode' }],
  ['Python 3.13', '\xf3\x0d\x0d\x0a\0\0\0\0', { kind: 'code', format: 'python' }],
  ['an old program of DOS', `MZ${'\x90'.repeat(80)}`, { kind: 'dos', format: 'MZ' }],
  ['MZ cut short', 'MZ\x90\0', { kind: 'damaged', of: 'pe', by: 'cut' }],
  ['macOS', '\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x02\0\0\0', { kind: 'mach-o', form: 'executable' }],
];

for (const [name, text, want] of cases)
  test(`by its bytes: ${name}`, () => {
    const seen = identify(Buffer.from(text, 'latin1'), { size: text.length });
    for (const [key, value] of Object.entries(want)) assert.deepEqual(seen[key as keyof Binary], value, key);
  });

test('a universal file of macOS has a part for each architecture', () => {
  const fat = Buffer.alloc(48);
  [0xcafebabe, 2, 0x100_0007].map((word, at) => fat.writeUInt32BE(word, at * 4));
  fat.writeUInt32BE(0x100_000c, 28);
  const parts = [
    { cpu: 0x100_0007, name: 'x86_64' },
    { cpu: 0x100_000c, name: 'arm64' },
  ];
  assert.deepEqual(identify(fat, { size: 48 }), { kind: 'mach-o', universal: true, parts, form: null });
});

test('an AppImage is told by the bytes that keep handlers from matching it', () => {
  const bytes = new Uint8Array(200);
  bytes.set(elfHeader({ class: 64, data: 'little', machine: 183 }));
  bytes.set([0x41, 0x49, 2], 8);
  const seen = identify(bytes, { size: bytes.length });
  assert.ok(seen.kind === 'elf');
  assert.deepEqual([seen.appImage, seen.target], [2, 'aarch64']);
});
