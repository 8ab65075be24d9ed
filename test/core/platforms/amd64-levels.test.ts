import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { supportedPlatforms } from '../../../src/core/drop-in/status.ts';
import { amd64Levels } from '../../../src/core/platforms/amd64-levels.ts';

const v2 = 'cx16 lahf_lm popcnt pni ssse3 sse4_1 sse4_2';
const v3 = `${v2} avx avx2 bmi1 bmi2 f16c fma abm movbe xsave`;
const v4 = `${v3} avx512f avx512bw avx512cd avx512dq avx512vl`;

function cpuinfo(flags: string): string {
  return `processor\t: 0\nmodel name\t: avx512f\nflags\t\t: fpu ${flags} sse\nbugs\t\t: spectre_v1\n`;
}

describe('levels of amd64', () => {
  for (const [flags, levels] of [
    ['', []],
    [v2, ['v2']],
    [v3, ['v2', 'v3']],
    [v4, ['v2', 'v3', 'v4']],
    [v4.replace('avx2 ', ''), ['v2']],
    [v4.replace('popcnt ', ''), []],
    [v2.replace('sse4_2', 'sse4_2x'), []],
  ] as const)
    test(`${flags.split(' ').length} features make ${levels.join(', ') || 'none'}`, () =>
      assert.deepEqual(amd64Levels(cpuinfo(flags)), levels));

  test('nothing is said of another CPU, or of none', () => {
    assert.deepEqual(amd64Levels('Features\t: fp asimd evtstrm aes\n'), []);
    assert.deepEqual(amd64Levels(''), []);
  });

  test('those of this machine stand behind its own name, and nowhere else', () => {
    const levels = amd64Levels(readFileSync('/proc/cpuinfo', 'latin1'));
    const names = supportedPlatforms('x86_64', new Set(['x86_64', 'aarch64']), levels);
    assert.deepEqual(names, ['linux/amd64', ...levels.map((l) => `linux/amd64/${l}`), 'linux/arm64']);
    const elsewhere = supportedPlatforms('aarch64', new Set(['x86_64']), []);
    assert.deepEqual(elsewhere, ['linux/arm64', 'linux/amd64']);
  });
});
