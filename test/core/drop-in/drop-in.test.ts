import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type DropIn, parseDropIn } from '../../../src/core/drop-in/drop-in.ts';
import { isMeant, readRemovals } from '../../../src/core/drop-in/removal.ts';
import { isDropIn } from '../../../src/core/drop-in/words.ts';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';

type Act = DropIn & { readonly kind: 'act' };

function act(...argv: readonly string[]): Act {
  const read = parseDropIn(argv);
  assert.ok(read.kind === 'act', JSON.stringify(read));
  return read;
}

function faults(...argv: readonly string[]): string {
  const read = parseDropIn(argv);
  assert.ok(read.kind === 'wrong', JSON.stringify(read));
  return read.faults.join('\n');
}

function meant(read: Act, names: readonly string[]): readonly string[] {
  return names.filter((name) => isMeant(read.remove, name));
}

describe('the spellings of tonistiigi/binfmt', () => {
  test('no arguments ask for nothing but how things stand', () => {
    const { install, remove } = act();
    assert.deepEqual({ install, remove }, { install: null, remove: [] });
  });

  for (const spelling of [['--install', 'all'], ['--install=all'], ['-install', 'all'], ['-install=all']])
    test(`${spelling.join(' ')} means every platform, with credentials as configured`, () => {
      const { install, credentials } = act(...spelling);
      assert.deepEqual({ install, credentials }, { install: 'platforms', credentials: null });
    });

  test('a list may be written as people do', () => {
    const expected = ['aarch64', 'riscv64'];
    for (const list of [
      'arm64,riscv64',
      'linux/arm64, linux/riscv64',
      ' aarch64,rv64,arm64,',
      'qemu-aarch64,riscv64',
    ])
      assert.deepEqual(act('--install', list).install, expected);
  });

  for (const option of ['--install', '--uninstall'])
    test(`an empty list behind ${option} is refused: a variable that is not set asks for nothing`, () => {
      for (const list of ['', ' ', ',', ' , '])
        assert.match(faults(option, list), new RegExp(`^${option}: the list is empty; write `));
      assert.match(faults(`${option}=`), /the list is empty/);
    });

  test('every name of the catalogue can be installed or says why not', () => {
    for (const a of catalogue)
      for (const name of [...a.platforms, ...a.aliases, a.target]) {
        const read = parseDropIn(['--install', name]);
        if (a.usable) assert.deepEqual(read.kind === 'act' && read.install, [a.target]);
        else assert.equal(read.kind, 'wrong');
      }
  });

  test('a typo is refused with what was probably meant, before anything else is done', () => {
    assert.match(faults('--uninstall', 'qemu-*', '--install', 'arm46'), /did you mean arm64/);
    assert.match(faults('--instal', 'all'), /did you mean --install/);
    assert.match(faults('--install', 'all,arm64'), /stands alone/);
    assert.match(faults('--install', 'arm64', 'riscv64'), /commas/);
    assert.match(faults('--install'), /expected all, or a list/);
    assert.match(faults('--install', '--reset'), /expected all, or a list/);
    assert.match(faults('--install', 'arm64', '--install', 'arm'), /more than once/);
  });

  test('--version is asked for alone', () => {
    assert.equal(parseDropIn(['--version']).kind, 'version');
    assert.equal(parseDropIn(['-version']).kind, 'version');
  });
});

describe('the spellings of multiarch/qemu-user-static', () => {
  test('--reset -p yes removes qemu-* and registers everything without credentials', () => {
    const read = act('--reset', '-p', 'yes');
    assert.deepEqual(
      { install: read.install, credentials: read.credentials, notes: read.notes },
      { install: 'everything', credentials: false, notes: [] },
    );
    assert.deepEqual(meant(read, ['qemu-arm', 'python3.12']), ['qemu-arm']);
  });

  for (const credential of ['-c', '--credential'])
    test(`${credential} yes adds them`, () =>
      assert.equal(act('--reset', '--persistent', 'yes', credential, 'yes').credentials, true));

  test('without -p yes, F is set all the same and said so', () => {
    assert.equal(act('--reset').notes.length, 1);
    assert.equal(act('-p', 'no').notes.length, 1);
  });

  test('with --install only that is registered', () => {
    const { install, credentials } = act('--reset', '--install', 'arm64');
    assert.deepEqual({ install, credentials }, { install: ['aarch64'], credentials: null });
  });

  test('with --uninstall nothing is registered', () => {
    assert.equal(act('--reset', '--uninstall', 'arm64').install, null);
  });

  test('options that write files for other tools are refused, and the fault ends with the line to use', () => {
    for (const [line, use] of [
      ['--reset -p yes --systemd ALL', '--reset -p yes'],
      ['--systemd ALL --reset -p yes', '--reset -p yes'],
      ['--systemd ALL', '--reset -p yes'],
      ['-p yes -s ALL', '-p yes'],
      ['--systemd aarch64 --exportdir /tmp', '--install aarch64'],
      ['--reset --systemd=aarch64', '--reset --install aarch64'],
      ['--debian', '--reset -p yes'],
      ['--reset --qemu-suffix -mine -p yes', '--reset -p yes'],
      ['--qemu-suffix=-mine --reset -p yes', '--reset -p yes'],
      ['--exportdir /tmp/a --install arm64', '--install arm64'],
      ['--exportdir', '--reset -p yes'],
    ] as const) {
      const last = faults(...line.split(' '))
        .split('\n')
        .at(-1);
      assert.equal(last?.split('; write: ').at(1), use, last);
    }
  });

  test('a suffix that emulators have anyway is taken', () => {
    for (const line of ['--reset -p yes --qemu-suffix -static', '--qemu-suffix=-static --reset -p yes']) {
      const { install, notes } = act(...line.split(' '));
      assert.equal(install, 'everything');
      assert.match(notes.join(), /not needed/);
    }
  });

  test('only yes and no are understood', () => {
    assert.match(faults('--reset', '-p', 'maybe'), /expected yes or no, got "maybe"/);
    assert.match(faults('--reset', '-c'), /expected yes or no/);
  });
});

describe('which lines are in these spellings', () => {
  for (const line of [
    '--install all',
    '--install=all',
    '-install x',
    '--uninstall a',
    '--version',
    '--reset',
    '-p yes',
    '-c no',
    '--persistent yes',
    '--systemd ALL',
    '--debian',
    '--qemu-suffix -static --reset',
    '--installl arm64',
    'version',
    '-V',
    '--verison',
    '--unistall qemu-*',
    '-dir /etc/binfmt.d',
    '-s -- -p aarch64',
    '-- -r',
    '-l -- -t',
    '-r -e',
  ])
    test(`${line} is`, () => assert.ok(isDropIn(line.split(' '))));

  for (const line of [
    'run',
    'install all',
    'status -o json',
    '--help',
    '-h',
    '--config x status',
    '-o json status',
    '-p',
    '-c file',
    '--installation-media',
    '--',
    '-',
  ])
    test(`${line} is not`, () => assert.ok(!isDropIn(line.split(' '))));
});

describe('what a removal means', () => {
  const names = [
    'qemu-aarch64',
    'qemu-arm',
    'qemu-armeb',
    'qemu-static-aarch64',
    'qemu-i386',
    'python3.12',
    'WSLInterop',
    'keeper-aarch64',
    'jar',
    'rosetta',
    'xqemu-arm',
  ];
  const table: Readonly<Record<string, readonly string[]>> = {
    arm64: ['qemu-aarch64', 'qemu-static-aarch64'],
    'linux/arm64': ['qemu-aarch64', 'qemu-static-aarch64'],
    aarch64: ['qemu-aarch64', 'qemu-static-aarch64'],
    'qemu-aarch64': ['qemu-aarch64'],
    arm: ['qemu-arm'],
    'linux/arm/v7': ['qemu-arm'],
    '386': ['qemu-i386'],
    'qemu-*': ['qemu-aarch64', 'qemu-arm', 'qemu-armeb', 'qemu-static-aarch64', 'qemu-i386'],
    'qemu-arm*': ['qemu-arm', 'qemu-armeb'],
    '*': ['qemu-aarch64', 'qemu-arm', 'qemu-armeb', 'qemu-static-aarch64', 'qemu-i386'],
    all: ['qemu-aarch64', 'qemu-arm', 'qemu-armeb', 'qemu-static-aarch64', 'qemu-i386'],
    'arm64,386': ['qemu-aarch64', 'qemu-static-aarch64', 'qemu-i386'],
    'python3.12': [],
    WSLInterop: [],
    'keeper-aarch64': [],
    'python*': [],
  };
  for (const [list, expected] of Object.entries(table))
    test(`${list} means ${expected.join(', ') || 'nothing here'}`, () =>
      assert.deepEqual(meant(act('--uninstall', list), names), expected));

  test('no list whatever reaches a name that does not begin with qemu-', () => {
    const item = fc.oneof(
      fc.string(),
      fc.constantFrom('*', '?*', '[^q]*', 'python3.12', 'arm64', 'all', '*-*'),
    );
    const name = fc
      .oneof(fc.string({ minLength: 1 }), fc.constantFrom(...names))
      .filter((n) => !n.startsWith('qemu-'));
    fc.assert(
      fc.property(fc.array(item, { maxLength: 5 }), name, (items, n) =>
        assert.ok(!isMeant(readRemovals(items).removals, n)),
      ),
      { numRuns: 2000 },
    );
  });

  test('an open bracket is refused', () => assert.match(faults('--uninstall', 'qemu-['), /not a pattern/));
});

test('no command line whatever makes the parser throw', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '--install',
      '--uninstall',
      '--reset',
      '-p',
      'yes',
      'all',
      'arm64',
      '--version',
      '--mount',
      '=',
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      const read = parseDropIn(argv);
      if (read.kind === 'wrong') assert.ok(read.faults.length > 0);
    }),
    { numRuns: 2000 },
  );
});

describe('the spelling of dbhi/qus', () => {
  test('-s -- -p aarch64 registers one, without credentials', () => {
    const { install, remove, credentials, notes } = act('-s', '--', '-p', 'aarch64');
    assert.deepEqual(
      { install, remove, credentials, notes },
      { install: ['aarch64'], remove: [], credentials: false, notes: [] },
    );
  });

  test('-s registers all that has an emulator', () => {
    assert.equal(act('-s').install, 'everything');
    assert.equal(act('-s', '--', '-p').install, 'everything');
  });

  test('architectures stand behind -t or --, in any number and spelling', () => {
    for (const line of [
      '-s -t aarch64,arm -- -p yes',
      '-s -- -p yes aarch64 arm32v7',
      '-s -- --persistent=yes arm64v8 arm',
    ])
      assert.deepEqual(act(...line.split(' ')).install, ['aarch64', 'arm']);
  });

  test('-- -r and -r -e remove, and register nothing; -r alone registers anew', () => {
    for (const line of ['-- -r', '-r -e', '-- --clear']) {
      const read = act(...line.split(' '));
      assert.equal(read.install, null);
      assert.deepEqual(meant(read, ['qemu-arm', 'jar']), ['qemu-arm']);
    }
    assert.equal(act('-r').install, 'everything');
    assert.deepEqual(meant(act('-s', '--', '-r', 'aarch64'), ['qemu-arm', 'qemu-aarch64']), ['qemu-aarch64']);
  });

  test('-l -- -t asks how things stand', () => {
    const { install, remove } = act('-l', '--', '-t');
    assert.deepEqual({ install, remove }, { install: null, remove: [] });
  });

  test('what means something else here is told with the line to use', () => {
    assert.match(faults('-l'), /without arguments the list is printed here, --install all registers/);
    assert.match(faults('-i', 'ls'), /--entrypoint sh/);
    assert.match(faults('-s', '--', '-p', 'aarhc64'), /did you mean aarch64/);
    assert.match(faults('-s', '--', '-x'), /"-x" is not an option here/);
  });
});

test('options of other tools that mean nothing here are told with what to write', () => {
  assert.deepEqual(faults('--reset', '-p', 'yes', '--systemd', 'ALL').split('\n').length, 1);
  assert.match(faults('--reset', '-p', 'yes', '--systemd', 'ALL'), /^--systemd: .*; write: /);
  assert.match(faults('-dir', '/etc/binfmt.d'), /binfmt-keeper import FILE$/);
  assert.match(
    faults('--installl', 'arm64'),
    /^"--installl" is not an option here; did you mean --install\?$/,
  );
  assert.match(faults('--verison'), /did you mean --version\?$/);
});
