import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import { resolvePlatform } from '../../../src/core/platforms/platforms.ts';

const meanings: readonly [string, string][] = [
  ['linux/arm64', 'aarch64'],
  ['linux/arm64/v8', 'aarch64'],
  ['linux/arm/v7', 'arm'],
  ['arm/v6', 'arm'],
  ['arm64', 'aarch64'],
  ['aarch64', 'aarch64'],
  ['linux/aarch64', 'aarch64'],
  ['armhf', 'arm'],
  ['ppc64el', 'ppc64le'],
  ['loong64', 'loongarch64'],
  ['loongarch64', 'loongarch64'],
  ['amd64', 'x86_64'],
  ['x86-64', 'x86_64'],
  ['386', 'i386'],
  ['linux/mips64le', 'mips64el'],
  ['linux/mipsle', 'mipsel'],
  ['qemu-aarch64', 'aarch64'],
  ['qemu-i386', 'i386'],
  ['qemu-i486', 'i486'],
  [' Linux/ARM64 ', 'aarch64'],
  ['armv7', 'arm'],
  ['arm32v7', 'arm'],
  ['arm32v5', 'arm'],
  ['linux/arm32v7', 'arm'],
  ['arm64v8', 'aarch64'],
  ['linux/armv7', 'arm'],
  ['aarch64-linux-gnu', 'aarch64'],
  ['aarch64-unknown-linux-musl', 'aarch64'],
  ['aarch64-linux', 'aarch64'],
  ['arm-linux-gnueabihf', 'arm'],
  ['armv7-unknown-linux-gnueabihf', 'arm'],
  ['arm64v8-linux-gnu', 'aarch64'],
  ['x86_64-pc-linux-gnu', 'x86_64'],
  ['i686-linux-gnu', 'i386'],
  ['powerpc64le-linux-gnu', 'ppc64le'],
  ['riscv64gc-unknown-linux-gnu', 'riscv64'],
  ['mips64el-linux-gnuabi64', 'mips64el'],
  ['mips64el-linux-gnuabin32', 'mipsn32el'],
  ['mips64-linux-gnuabin32', 'mipsn32'],
  ['qemu-aarch64-static', 'aarch64'],
  ['/usr/bin/qemu-aarch64-static', 'aarch64'],
  ['/usr/bin/qemu-arm', 'arm'],
  ['qemu-arm64', 'aarch64'],
  ['linux-arm64', 'aarch64'],
  ['linux_amd64', 'x86_64'],
  ['x86_32', 'i386'],
  ['amd64v3', 'x86_64'],
];

describe('resolvePlatform', () => {
  for (const [given, target] of meanings) {
    test(`${JSON.stringify(given)} means ${target}`, () => {
      assert.deepEqual(resolvePlatform(given), { target });
    });
  }

  test('every OCI name, target, alias and entry name finds its own row, in any case', () => {
    for (const a of catalogue) {
      for (const name of [...a.platforms, a.target, ...a.aliases, a.entryName]) {
        assert.deepEqual(resolvePlatform(name.toUpperCase()), { target: a.target }, name);
      }
    }
  });

  for (const [given, suggestion] of [
    ['linux/rm64', 'linux/arm64'],
    ['linux/riscv46', 'linux/riscv64'],
    ['s309x', 's390x'],
    ['aarhc64', 'aarch64'],
    ['linux/arm64/v99', 'linux/arm64'],
    ['windows/amd64', 'linux/amd64'],
    ['armv8', 'linux/arm64'],
    ['riscv', 'linux/riscv64'],
    ['x86_64-linux-gnux32', 'x86_64'],
    ['aarch64-linux-gnu_ilp32', 'aarch64'],
    ['aarch64-apple-darwin', 'aarch64'],
    ['x86_64-w64-mingw32', 'x86_64'],
    ['qemu-system-aarch64', 'aarch64'],
    ['keeper-aarch64', 'aarch64'],
    ['qemu-aarhc64-static', 'qemu-aarch64'],
  ] as const) {
    test(`${given} is refused, with ${suggestion} suggested`, () => {
      const resolved = resolvePlatform(given);
      assert.ok('problem' in resolved);
      assert.equal(resolved.suggestion, suggestion);
    });
  }

  test('a word that resembles nothing gets no suggestion', () => {
    for (const given of ['', '/', 'vax', 'emulate-everything', 'constructor', '__proto__']) {
      const resolved = resolvePlatform(given);
      assert.ok('problem' in resolved, given);
      assert.equal(resolved.suggestion, undefined, given);
    }
  });

  test('an unknown variant names the known ones', () => {
    const resolved = resolvePlatform('linux/arm/v9');
    assert.ok('problem' in resolved);
    assert.match(resolved.problem, /v5, v6, v7, v8.*"v9"/);
  });

  test('any text is answered, and a suggestion is itself accepted', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'linux/arm64v78qe-_'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(text, (given) => {
        const resolved = resolvePlatform(given);
        if ('problem' in resolved && resolved.suggestion !== undefined) {
          assert.ok('target' in resolvePlatform(resolved.suggestion));
        }
      }),
    );
  });
});
