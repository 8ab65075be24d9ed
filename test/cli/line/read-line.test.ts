import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainWordLine } from '../../../src/cli/line/other-words.ts';
import { readPlainLine } from '../../../src/cli/line/plain-line.ts';
import { type Line, readLine } from '../../../src/cli/line/read-line.ts';
import { readRunFlags } from '../../../src/cli/line/run-flags.ts';

const faults = async (...argv: readonly string[]): Promise<readonly string[]> => {
  const read: Line = await readLine(argv);
  return read.kind === 'misused' ? read.faults : [];
};

describe('a command line', () => {
  const typos: Readonly<Record<string, readonly [argv: readonly string[], fault: RegExp]>> = {
    'a command': [['statsu'], /^"statsu" is no command; did you mean "status"\?$/],
    'a command that resembles none': [
      ['frobnicate'],
      /^"frobnicate" is no command; there are run, install, /,
    ],
    'a command of a group': [
      ['config', 'chekc'],
      /^"chekc" is no command of config; did you mean "check"\?$/,
    ],
    'an option': [['status', '--wathc'], /^--wathc: unknown option of status; did you mean --watch\?$/],
    'a setting': [
      ['install', '--platfroms', 'arm64'],
      /^--platfroms: unknown option of install; did you mean --platforms\?$/,
    ],
    'an option of another command': [['probe', '--watch'], /^--watch: unknown option of probe/],
    'a short option': [['status', '-x'], /^-x: unknown option of status/],
    'a negated option': [
      ['status', '--no-watch'],
      /^--no-watch: unknown option of status; did you mean --watch\?$/,
    ],
    'a word of an option': [
      ['status', '-o', 'jsno'],
      /^--output: must be one of table, json, yaml; got "jsno"; did you mean "json"\?$/,
    ],
    'a shell': [
      ['completion', 'fsh'],
      /^completion: must be one of bash, zsh, fish; got "fsh"; did you mean "fish"\?$/,
    ],
  };
  for (const [what, [argv, fault]] of Object.entries(typos)) {
    it(`with a typo in ${what} is answered with what was meant`, async () => {
      const [first = '', ...more] = await faults(...argv);
      assert.match(first, fault);
      assert.deepEqual(more, []);
    });
  }

  const elsewhere: Readonly<Record<string, RegExp>> = {
    'uninstall qemu-*':
      /^"qemu-\*" is a pattern; .* binfmt-keeper --uninstall 'qemu-\*'; those of the keeper/,
    'status qemu-*': /is a pattern; platforms are named, such as linux\/arm64, or: status all$/,
    'install --reset': /^--reset: write: binfmt-keeper --reset -p yes, /,
    'install --persistent yes': /^--persistent: not needed: entries are always registered with the flag F$/,
    'install -p yes': /^-p: not needed/,
    'install --qemu-path /opt': /^--qemu-path: write: --interpreters-sources DIRECTORY$/,
    'install --all': /^--all: write: install all$/,
    'status --json': /^--json: write: -o json$/,
    'run --install all': /^--install: write: binfmt-keeper install PLATFORM/,
    list: /did you mean "status"/,
    start: /did you mean "run"/,
    check: /did you mean "config check"/,
    remove: /did you mean "uninstall"/,
    REGISTER: /did you mean "install"/,
  };
  for (const [words, fault] of Object.entries(elsewhere))
    it(`in the words of another tool is answered with ours: ${words}`, async () => {
      const argv = words.split(' ');
      const run = argv[0] === 'run' ? readRunFlags(argv.slice(1)) : null;
      const told = run === null ? await faults(...argv) : 'faults' in run ? run.faults : [];
      assert.match(told.find((one) => fault.test(one)) ?? told.join(), fault);
    });

  it('that asks for help by the word means the option', () => {
    assert.deepEqual(plainWordLine(['help']), ['--help']);
    assert.deepEqual(plainWordLine(['help', 'config', 'check']), ['config', 'check', '--help']);
    assert.equal(plainWordLine(['status']), null);
  });

  it('with a list of platforms is read whatever stands between them, and all and auto in any case', async () => {
    for (const argv of [
      ['arm64 riscv64'],
      ['arm64\nriscv64\n'],
      ['arm64,', 'riscv64'],
      ['arm64;riscv64'],
      ['arm64,riscv64'],
    ]) {
      const read = await readLine(['install', ...argv]);
      assert.deepEqual(read.kind === 'command' && read.args, ['arm64', 'riscv64'], argv.join('|'));
    }
    for (const argv of [
      ['install', 'ALL'],
      ['uninstall', 'All'],
      ['status', 'AUTO'],
    ]) {
      const read = await readLine(argv);
      assert.deepEqual(read.kind === 'command' && read.args, [argv[1]?.toLowerCase()]);
      assert.deepEqual(readPlainLine(argv), read);
    }
  });

  it('that lacks something says what', async () => {
    assert.match((await faults()).join(), /^expected a command: run, install, /);
    assert.deepEqual(await faults('config'), ['config: expected one of check, show, schema']);
    assert.deepEqual(await faults('completion'), ['completion: expected one of bash, zsh, fish']);
    assert.deepEqual(await faults('status', '--config'), ['--config: needs a value']);
    assert.deepEqual(await faults('status', '--config', '--watch'), ['--config: needs a value']);
  });

  it('that has too much says what', async () => {
    assert.deepEqual(await faults('health', 'arm64'), [
      'health takes no argument; got "arm64"; a platform is named by an option: --platforms arm64',
    ]);
    assert.deepEqual(await faults('config', 'check', '/etc/x.yaml'), [
      'config check takes no argument; got "/etc/x.yaml"; a file is named by an option: --config /etc/x.yaml',
    ]);
    assert.deepEqual(await faults('pause', '10m'), [
      'pause takes no argument; got "10m"; a time is named by an option: --for 10m',
    ]);
    assert.deepEqual(await faults('completion', 'bash', 'zsh'), [
      'completion: expected one of bash, zsh, fish',
    ]);
    assert.deepEqual(await faults('status', '-o', 'json', '-o', 'yaml'), ['--output: given more than once']);
  });

  it('names platforms in any number and as lists', async () => {
    const read = await readLine(['install', 'linux/arm64,386', '--sandbox', 'riscv64', '-o', 'json']);
    assert.ok(read.kind === 'command');
    assert.deepEqual(read.args, ['linux/arm64', '386', 'riscv64']);
    assert.deepEqual(read.flags, { sandbox: true, output: 'json' });
  });

  it('is answered in English, whatever the locale', async () => {
    const { LC_ALL } = process.env;
    process.env.LC_ALL = 'de_DE.UTF-8';
    try {
      assert.deepEqual(await faults('status', '--config'), ['--config: needs a value']);
    } finally {
      if (LC_ALL === undefined) delete process.env.LC_ALL;
      else process.env.LC_ALL = LC_ALL;
    }
  });
});

describe('run', () => {
  const lines: readonly (readonly string[])[] = [
    [],
    ['--platforms', 'arm64,riscv64', '--log-level=debug'],
    ['--platforms', 'arm64', '--platforms', 'riscv64'],
    ['--probe-enabled', 'false', '--sandbox', '-o', 'json'],
    ['--names', ''],
    ['--sandbx'],
    ['--log-level', 'loud'],
    ['--no-sandbox'],
    ['--platfroms', 'arm64'],
    ['arm64'],
    ['--config', '--sandbox'],
    ['--config'],
    ['-x'],
  ];
  for (const line of lines) {
    it(`reads ${JSON.stringify(line)} as every other command would`, async () => {
      const mine = readRunFlags(line);
      const theirs = await readLine(['run', ...line]);
      if (theirs.kind === 'misused') assert.deepEqual(mine, { faults: theirs.faults });
      else assert.deepEqual(mine, { flags: theirs.kind === 'command' ? theirs.flags : null });
    });
  }
});
