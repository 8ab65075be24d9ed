import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ForeignFacts, judgeForeign } from '../../../src/core/drop-in/foreign.ts';
import { printStatus, supportedPlatforms } from '../../../src/core/drop-in/status.ts';

const program = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

function call(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, BINFMT_KEEPER_CONFIG: '/dev/null' },
  });
  return { status, stdout, stderr };
}

describe('wrong usage ends with 2, says what was meant and prints nothing for programs', () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['--install', 'arm46'], /did you mean arm64/],
    [['--install'], /expected all, or a list/],
    [['--install', 'arm64', 'riscv64'], /commas/],
    [['--uninstall', 'qemu-['], /not a pattern/],
    [['--reset', '-p', 'maybe'], /expected yes or no/],
    [['--reset', '--debian'], /; write: --reset$/m],
    [['--reset', '-p', 'yes', '--systemd', 'ALL'], /; write: --reset -p yes\n$/],
    [['--install', ''], /the list is empty/],
  ];
  for (const [args, expected] of cases)
    test(args.join(' '), () => {
      const { status, stdout, stderr } = call(...args);
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.match(stderr, expected);
    });
});

test('--version prints one line, and nothing else anywhere', () => {
  const { status, stdout, stderr } = call('--version');
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  assert.match(stdout, /^binfmt-keeper\/\S+ qemu\/\S+ node\/\S+\n$/);
});

test('an option of the older tools with --help prints the help of the commands', () => {
  const { status, stdout } = call('--reset', '--help');
  assert.equal(status, 0);
  assert.match(stdout, /COMMAND \[OPTION\.\.\.\]/);
});

describe('the JSON', () => {
  test('has two blanks a level and a line break at its end', () => {
    const text = printStatus({ supported: ['linux/amd64'], emulators: [] });
    assert.equal(text, '{\n  "supported": [\n    "linux/amd64"\n  ],\n  "emulators": []\n}\n');
  });

  test("lists the host's own platform first, and 32-bit Arm by its two usual variants", () => {
    const runs = new Set(['arm', 'x86_64', 'aarch64', 'i386', 'm68k']);
    assert.deepEqual(supportedPlatforms('aarch64', runs, []), [
      'linux/arm64',
      'linux/amd64',
      'linux/386',
      'linux/arm/v7',
      'linux/arm/v6',
    ]);
  });
});

describe('an entry of somebody else under a wanted name', () => {
  const works: ForeignFacts = { flags: 'F', verdict: 'verified', version: '9.2.0', ours: '9.2.0' };
  const cases: readonly (readonly [string, Partial<ForeignFacts>, boolean])[] = [
    ['stays where it works', {}, true],
    ['stays where it is newer', { version: '10.0.4' }, true],
    ['stays where it is no QEMU', { version: null }, true],
    ['goes where it is older', { version: '7.2.22' }, false],
    ['goes where it does not run', { verdict: 'killed' }, false],
    ['goes where it hangs, however new', { verdict: 'hung', version: '99.0' }, false],
    ['goes where it lacks F', { flags: 'POC' }, false],
  ];
  for (const [claim, facts, expected] of cases)
    test(claim, () => assert.equal(judgeForeign({ ...works, ...facts }).keep, expected));
});
