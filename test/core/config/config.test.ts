import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Config, parseConfig } from '../../../src/core/config/config.ts';
import { settings } from '../../../src/core/config/options.ts';
import { type Origin, originWords } from '../../../src/core/config/origin.ts';
import { runDirectory } from '../../../src/core/config/run-directory.ts';

const docs = new URL('../../../docs/', import.meta.url);
const name = '/etc/k.yaml';

function parse(text: string, env: Record<string, string> = {}, flags: Record<string, unknown> = {}) {
  return parseConfig({ file: { name, text }, env, flags });
}

function good(...args: Parameters<typeof parse>): { config: Config; origins: ReadonlyMap<string, Origin> } {
  const result = parse(...args);
  assert.ok(result.ok, result.ok ? '' : result.errors.join('\n'));
  return result;
}

function errors(...args: Parameters<typeof parse>): readonly string[] {
  const result = parse(...args);
  assert.ok(!result.ok, 'was accepted');
  return result.errors;
}

test('without any source the built-in values hold', () => {
  const result = parseConfig({ env: {}, flags: {} });
  assert.ok(result.ok);
  const { config, origins } = result;
  assert.equal(config.platforms, 'auto');
  assert.equal(config.names, 'keeper-');
  assert.equal(config.resync, 30_000);
  assert.deepEqual(config.probe, { enabled: true, interval: 300_000, timeout: 10_000 });
  assert.deepEqual(new Set([...origins.values()].map(originWords)), new Set(['built-in']));
});

test('docs/config.sample.yaml names every key with its built-in value', () => {
  const { config, origins } = good(readFileSync(new URL('config.sample.yaml', docs), 'utf8'));
  const bare = parseConfig({ env: {}, flags: {} });
  assert.ok(bare.ok);
  assert.deepEqual(config, bare.config);
  for (const [path, origin] of origins) assert.match(originWords(origin), /k\.yaml:/, path);
});

test('docs/configuration.md has a row for each setting with flag, variable and meaning', () => {
  const doc = readFileSync(new URL('configuration.md', docs), 'utf8');
  const rows = doc.split('\n').filter((line) => line.startsWith('| `') && line.includes('BINFMT_KEEPER_'));
  for (const { config, flag, env, help } of settings) {
    const row = rows.find((line) => line.startsWith(`| \`${config}\` | \`${flag}\` | \`${env}\` | `));
    assert.ok(row?.endsWith(` | ${help} |`), `${config}, ${flag}, ${env}: ${help}`);
  }
});

test('flags win over the environment, which wins over the file, and the origin says so', () => {
  const text = 'probe:\n  interval: 1m\n  timeout: 1s\nresync: 1s\n';
  const env = { BINFMT_KEEPER_PROBE_INTERVAL: '2m', BINFMT_KEEPER_RESYNC: '2s' };
  const { config, origins } = good(text, env, { resync: '3s' });
  assert.deepEqual([config.probe.timeout, config.probe.interval, config.resync], [1000, 120_000, 3000]);
  assert.deepEqual(origins.get('probe.timeout'), { kind: 'file', place: '/etc/k.yaml:3:12' });
  const variable = 'BINFMT_KEEPER_PROBE_INTERVAL';
  assert.deepEqual(origins.get('probe.interval'), { kind: 'env', name: variable, called: variable });
  assert.deepEqual(origins.get('resync'), { kind: 'flag', name: '--resync', called: '--resync' });
  assert.deepEqual(origins.get('probe.enabled'), { kind: 'built-in' });
});

test('a file is a file, whatever it is called', () => {
  for (const odd of ['env k.yaml', 'flag --resync', 'built-in', 'env BINFMT_KEEPER_RESYNC']) {
    const text = 'mounts: {anchor: /run}\n';
    const result = parseConfig({ file: { name: odd, text }, env: {}, flags: {} });
    assert.deepEqual(result.ok ? [] : result.errors, [
      `${odd}:1:18: mounts.anchor: must lie in a directory of its own, not in /`,
    ]);
  }
});

test('what is said of a flag names it as it was spelled', () => {
  const called = { '--mounts-main': '--mount', '--mounts-anchor': '--other' };
  const of = (flags: Record<string, unknown>) => {
    const result = parseConfig({ env: {}, flags, called });
    return result.ok ? [] : result.errors.map((line) => line.slice(0, line.indexOf(':')));
  };
  assert.deepEqual(of({ 'mounts-main': 'here' }), ['--mount']);
  assert.deepEqual(of({ 'mounts-main': ['/a', '/b'] }), ['--mount']);
  assert.deepEqual(of({ 'mounts-anchor': '/run', resync: '1y' }), ['--resync']);
  assert.deepEqual(of({ 'mounts-anchor': '/run' }), ['--other']);
});

test('an override in one section leaves its neighbours from the file', () => {
  const { config } = good('interpreters: {store: /a, sources: [/b]}', {
    BINFMT_KEEPER_INTERPRETERS_STORE: '/c',
  });
  assert.deepEqual([config.interpreters.store, config.interpreters.sources], ['/c', ['/b']]);
});

test('a fault in the file is told although a flag overrides the value', () => {
  assert.deepEqual(errors('resync: soon', {}, { resync: '3s' }), [
    '/etc/k.yaml:1:9: resync: must be a duration such as 30s or 5m (units ms, s, m, h, d); got "soon"',
  ]);
});

test('flags that belong to no setting are passed over, repeated lists are joined', () => {
  const { config } = good('', {}, { _: [], $0: 'x', watch: true, platforms: ['arm64', 'riscv64,s390x'] });
  assert.deepEqual(config.platforms, ['arm64', 'riscv64', 's390x']);
});

test('each fault of the file has its place, and all are listed in the order of the file', () => {
  const text = [
    'probe:',
    '  intervall: 5m',
    'onStop: kep',
    'platforms: [linux/risc64]',
    'mounts: {main: proc}',
  ].join('\n');
  assert.deepEqual(errors(text), [
    '/etc/k.yaml:2:3: probe.intervall: unknown key; did you mean "interval"?',
    '/etc/k.yaml:3:9: onStop: must be one of keep, remove; got "kep"; did you mean "keep"?',
    '/etc/k.yaml:4:13: platforms.0: "linux/risc64" is no platform, architecture or alias that is known; did you mean "linux/riscv64"?',
    '/etc/k.yaml:5:16: mounts.main: must be an absolute path; got "proc"',
  ]);
});

test('an unknown key that resembles none lists those that are allowed', () => {
  assert.deepEqual(errors('probe: {colour: red}'), [
    '/etc/k.yaml:1:9: probe.colour: unknown key; allowed: enabled, interval, timeout',
  ]);
});

test('faults of environment and flags carry the name that was typed', () => {
  const env = { BINFMT_KEEPER_ON_STOP: 'stay', BINFMT_KEEPER_PLATFROMS: 'all', PATH: '/bin' };
  assert.deepEqual(errors('', env, { 'probe-enabled': 'yes', resync: ['1s', '2s'] }), [
    'BINFMT_KEEPER_PLATFROMS: unknown variable; did you mean BINFMT_KEEPER_PLATFORMS?',
    'BINFMT_KEEPER_ON_STOP: must be one of keep, remove; got "stay"',
    '--resync: given more than once',
    '--probe-enabled: must be true or false; got "yes"',
  ]);
});

test('a list of platforms without an item is refused, whatever it is made of', () => {
  for (const blank of ['', ' ', ',', ' , ,', '\n']) {
    for (const [flag, name] of [
      ['platforms', 'BINFMT_KEEPER_PLATFORMS'],
      ['readiness-required', 'BINFMT_KEEPER_READINESS_REQUIRED'],
      ['credentials', 'BINFMT_KEEPER_CREDENTIALS'],
    ] as const) {
      assert.match(errors('', {}, { [flag]: blank })[0] ?? '', new RegExp(`^--${flag}: the list is empty`));
      assert.match(errors('', { [name]: blank })[0] ?? '', new RegExp(`^${name}: the list is empty`));
    }
  }
  assert.ok(parse('platforms: []\n').ok);
});

test('empty variables, internal ones and those of a Kubernetes Service are no settings', () => {
  const env = {
    BINFMT_KEEPER_NAMES: '',
    BINFMT_KEEPER_NO_FFI: '1',
    BINFMT_KEEPER_SANDBOX: '1',
    BINFMT_KEEPER_CONFIG: '/x',
    BINFMT_KEEPER_SERVICE_HOST: '10.0.0.1',
    BINFMT_KEEPER_SERVICE_PORT_HTTP: '80',
    BINFMT_KEEPER_PORT: 'tcp://10.0.0.1:80',
    BINFMT_KEEPER_METRICS_PORT_80_TCP_ADDR: '10.0.0.1',
  };
  assert.deepEqual(new Set([...good('', env).origins.values()].map(originWords)), new Set(['built-in']));
});

test('adopt takes the names of entries, and none of our own', () => {
  assert.deepEqual(good('adopt: [rosetta, python3.12, "ä b"]').config.adopt, [
    'rosetta',
    'python3.12',
    'ä b',
  ]);
  // A single bracket makes no pattern.
  assert.deepEqual(good('adopt: ["a[31m", "b]"]').config.adopt, ['a[31m', 'b]']);
  assert.match(errors('adopt: ["qemu-[ab]"]')[0] ?? '', /no patterns here/);
  assert.deepEqual(errors('adopt: [status, a/b, ""]'), [
    '/etc/k.yaml:1:9: adopt.0: must not be a name that the file system uses itself; got "status"',
    '/etc/k.yaml:1:17: adopt.1: must not hold a slash or NUL; got "a/b"',
    '/etc/k.yaml:1:22: adopt.2: must be 1 to 250 bytes; got ""',
  ]);
  assert.deepEqual(
    errors('adopt: [keeper-arm, jar]\nhandlers: [{name: jar, extension: jar, interpreter: /x}]'),
    [
      '/etc/k.yaml:1:9: adopt.0: "keeper-arm" begins with keeper-, as names of our own do',
      '/etc/k.yaml:1:21: adopt.1: "jar" is the name of a handler of your own',
    ],
  );
});

test('features of later versions are refused with a place, their built-in values accepted', () => {
  for (const text of ['publish: {nfd: true}', 'publish: {startupTaint: x}']) {
    assert.match(
      errors(text)[0] ?? '',
      /^\/etc\/k\.yaml:1:\d+: \S+: not supported by this version; only /,
      text,
    );
  }
  for (const text of [
    'credentials: [arm64]',
    'precedence: theirs',
    'interpreters: {deploy: in-place}',
    'onStop: remove',
  ]) {
    good(text);
  }
});

test('settings that contradict each other are told at the one that can be changed', () => {
  assert.deepEqual(errors('mounts: {anchor: /proc/sys/fs/binfmt_misc}'), [
    '/etc/k.yaml:1:18: mounts.anchor: must not be, hold or lie in mounts.main (/proc/sys/fs/binfmt_misc)',
  ]);
  assert.match(
    errors('mounts: {anchor: /a}')[0] ?? '',
    /1:18: mounts\.anchor: must lie in a directory of its own/,
  );
  assert.deepEqual(
    errors('platforms: [arm64]', { BINFMT_KEEPER_READINESS_REQUIRED: 'linux/arm64,riscv64' }),
    ['BINFMT_KEEPER_READINESS_REQUIRED: riscv64 is not among platforms, so it would never be ready'],
  );
  assert.match(
    errors('', {}, { 'interpreters-store': '/run/binfmt-keeper/binfmt_misc/s' })[0] ?? '',
    /^--interpreters-store: must not lie in a binfmt_misc mount/,
  );
});

test('paths that would not compare with the kernel’s are refused', () => {
  for (const path of [
    '/run//x',
    '/run/../x',
    '/run/./x',
    '/run/x/',
    '/',
    '/run/é',
    '"/run/\\n"',
    'run/x',
    `/${'x'.repeat(1024)}`,
  ]) {
    assert.match(
      errors(`interpreters: {store: ${path}}`)[0] ?? '',
      /^\/etc\/k\.yaml:1:23: interpreters\.store: must /,
      path,
    );
  }
});

test('timers get neither a value that spins nor one that overflows', () => {
  for (const text of ['resync: 0s', 'resync: 25d', 'probe: {interval: 1ms}', 'probe: {timeout: 1h}']) {
    assert.match(errors(text)[0] ?? '', /must be from \w+ to \w+; got/, text);
  }
});

test('own handlers become registrations of bytes', () => {
  const text = `handlers:
  - {name: é, magic: 0x007f, mask: '\\xff\\x0F', offset: 3, interpreter: /opt/é, flags: FC}
  - {name: wasm, magic: \\x00asm, interpreter: /usr/bin/wasmtime}
  - {name: jar, extension: jar, interpreter: /usr/bin/jexec}`;
  const bytes = (...list: number[]) => Uint8Array.from(list);
  assert.deepEqual(good(text).config.handlers, [
    {
      name: '\xc3\xa9',
      matcher: { kind: 'magic', offset: 3, magic: bytes(0, 0x7f), mask: bytes(0xff, 0x0f) },
      interpreter: '/opt/\xc3\xa9',
      flags: 'OCF',
    },
    {
      name: 'wasm',
      matcher: {
        kind: 'magic',
        offset: 0,
        magic: bytes(0, 0x61, 0x73, 0x6d),
        mask: bytes(255, 255, 255, 255),
      },
      interpreter: '/usr/bin/wasmtime',
      flags: '',
    },
    {
      name: 'jar',
      matcher: { kind: 'extension', extension: 'jar' },
      interpreter: '/usr/bin/jexec',
      flags: '',
    },
  ]);
});

test('the longest name that still has room for its stand-in is accepted', () => {
  const { handlers } = good(`handlers: [{name: ${'n'.repeat(250)}, magic: ab, interpreter: /x}]`).config;
  assert.equal(handlers[0]?.name.length, 250);
});

test('a magic of digits is bytes behind 0x, however long, and else refused: never the number that YAML sees', () => {
  for (const written of ['1.50', '007', '7', '1e10', '12345678', '0o17', '-1', '.inf', '"12"', '7f454c46']) {
    const text = `handlers: [{name: a, magic: ${written}, mask: ${written}, interpreter: /x}]`;
    const [magic = '', mask = ''] = errors(text);
    assert.match(magic, /handlers\.0\.magic: .*(write|0x)/, written);
    assert.match(mask, /handlers\.0\.mask: .*(write|0x)/, written);
  }
  for (const [written, expected] of [
    ['0x0000000000000000000000ff', '\0\0\0\0\0\0\0\0\0\0\0\xff'],
    ['0x7f45', '\x7fE'],
    ['0X7F45', '\x7fE'],
  ]) {
    const [handler] = good(`handlers: [{name: a, magic: ${written}, interpreter: /x}]`).config.handlers;
    assert.ok(handler?.matcher.kind === 'magic');
    assert.equal(Buffer.from(handler.matcher.magic).toString('latin1'), expected);
  }
});

test('a handler that the kernel or reason refuses is told with key and place', () => {
  const cases: Record<string, RegExp> = {
    'name: a/b, magic: ab, interpreter: /x': /1:19: handlers\.0\.name: expected no slash/,
    'name: register, magic: ab, interpreter: /x': /handlers\.0\.name: /,
    'name: a.next, magic: ab, interpreter: /x': /handlers\.0\.name: must not end in \.next/,
    [`name: ${'n'.repeat(251)}, magic: ab, interpreter: /x`]: /handlers\.0\.name: expected at most 250 bytes/,
    [`name: ${'n'.repeat(256)}, magic: ab, interpreter: /x`]: /handlers\.0\.name: expected 1 to 255 bytes/,
    'name: a, interpreter: /x': /1:12: handlers\.0\.magic: is missing/,
    'magic: ab, interpreter: /x': /1:12: handlers\.0\.name: is missing/,
    'name: a, magic: ab, extension: c, interpreter: /x': /handlers\.0\.magic: does not go with extension/,
    'name: a, magic: ab, interpreter: x': /handlers\.0\.interpreter: expected an absolute path/,
    'name: a, magic: ab, interpreter: "/x\\ny"':
      /handlers\.0\.interpreter: expected no NUL and no line break/,
    'name: a, magic: ab, interpreter: /x, flags: fc': /handlers\.0\.flags: /,
    'name: a, magic: "", interpreter: /x': /handlers\.0\.magic: expected at least one byte/,
    'name: a, magic: "\\xff", interpreter: /x': /handlers\.0\.magic: must be printable ASCII/,
    'name: a, magic: a\\b, interpreter: /x': /handlers\.0\.magic: must be printable ASCII/,
    'name: a, magic: 0x7f4, interpreter: /x': /handlers\.0\.magic: must have two hexadecimal digits/,
    'name: a, magic: ab, mask: 0xff, interpreter: /x': /handlers\.0\.mask: expected 2 bytes/,
    'name: a, magic: ab, mask: 0x0000, interpreter: /x': /handlers\.0\.mask: must not be all zeros/,
    'name: a, magic: ab, offset: 255, interpreter: /x': /handlers\.0\.offset: expected an end within/,
    'name: a, magic: ab, offset: -1, interpreter: /x': /handlers\.0\.offset: must be a whole number/,
    'name: a, extension: tar.gz, interpreter: /x': /handlers\.0\.extension: /,
    'name: a, magic: ab, interpretr: /x': /handlers\.0\.interpretr: unknown key; did you mean "interpreter"/,
    'name: a, magic: ab, interpreter: /x}, {name: a, magic: cd, interpreter: /x':
      /handlers\.1\.name: another handler/,
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.match(errors(`handlers: [{${text}}]`).join('\n'), expected);
  }
});

test('YAML beyond plain data is refused with a place', () => {
  const cases: Record<string, string> = {
    'names: &a x': '1:8: anchors',
    'names: *a': '1:8: aliases',
    'a: &a [*a]': '1:4: anchors',
    'names: !!str x': '1:8: tags',
    '%YAML 1.1\n---\npreserveArgv0: yes': '1:1: directives',
    'onStop: keep\nonStop: remove': '2:1: key onStop is given twice',
    'onStop: keep\n---\nonStop: keep': '2:1: ',
    'onStop: keep\n...\nnames: x': '3:1: ',
    '? [a]\n: b': '1:1: keys must be plain words',
    '1: x': '1:1: keys must be plain words',
    ': x': '1:1: a key is missing',
    '- a': '1:1: the configuration must be a mapping',
    'just text': '1:1: the configuration must be a mapping',
    'names: "a': '1:10: ',
    'names: x\0': '1:9: control character U+0000',
    'names: \x1b[31m': '1:8: control character U+001B',
    'names: \uFFFD': '1:8: not valid UTF-8',
    'probe:': '1:7: probe: must be a mapping such as {enabled: true}; got nothing',
    'probe: [x]': '1:8: probe: must be a mapping such as {enabled: true}; got a list',
    'resync: 30': '1:9: resync: must be a duration such as 30s or 5m; got 30',
    'preserveArgv0: yes': '1:16: preserveArgv0: must be true or false; got "yes"',
    'platforms: {a: b}': '1:12: platforms: must be auto, all or a list such as [linux/arm64]; got a mapping',
    'platforms: [all, arm64]': '1:13: platforms.0: the word all stands alone, not in a list',
    '__proto__: {names: x}': '1:1: __proto__: unknown key',
    'constructor: x': '1:1: constructor: unknown key',
  };
  for (const [text, start] of Object.entries(cases)) {
    const [first = ''] = errors(text);
    assert.ok(first.startsWith(`${name}:${start}`), `${JSON.stringify(text)}: ${first}`);
  }
});

test('a file made to exhaust the parser is refused in few located lines without a trace of it', () => {
  const bombs = [
    '['.repeat(200_000),
    '{a: '.repeat(60_000),
    '- '.repeat(100_000),
    '?\n'.repeat(100_000),
    ':\n'.repeat(100_000),
    ': '.repeat(100_000),
    '[: '.repeat(15) + ': '.repeat(90_000),
    '&a '.repeat(80_000),
    '!a '.repeat(80_000),
    `{${'*a, '.repeat(60_000)}`,
    'k: 1\n'.repeat(50_000),
    `platforms: [${'linux/amr64, '.repeat(15_000)}]`,
    `platforms: [${'x'.repeat(200_000)}]`,
    `${'x'.repeat(200_000)}: 1`,
    Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
    'x'.repeat(1024 * 1024 + 1),
  ];
  for (const bomb of bombs) {
    const told = errors(bomb);
    assert.ok(told.length <= 21, bomb.slice(0, 20));
    for (const line of told.slice(0, 20)) {
      assert.match(line, /^\/etc\/k\.yaml:\d+:\d+: /);
      assert.doesNotMatch(line, /stack|RangeError| at .*:\d+:\d+\)/i);
      assert.ok(line.length < 1000, `${line.length} characters`);
    }
  }
});

test('no text whatever throws, and every error is one printable line', () => {
  const pieces = [
    'platforms',
    'probe',
    'handlers',
    ':',
    ' ',
    '\n',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a',
    '*a',
    '!t',
    '"',
    "'",
    '|',
    '>',
    '#',
    '?',
    '%',
    '\t',
    '---',
    '...',
    '0x7f',
    '\\xff',
    '\0',
    'é',
    '\u2028',
    '<<',
    '__proto__',
  ];
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...pieces)).map((list) => list.join('')),
  );
  fc.assert(
    fc.property(hostile, hostile, (text, value) => {
      const env = { BINFMT_KEEPER_NAMES: value, [`BINFMT_KEEPER_${value}`]: text };
      const result = parseConfig({ file: { name, text }, env, flags: { platforms: value } });
      if (result.ok) return;
      for (const line of result.errors)
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}]/u, JSON.stringify(line));
    }),
    { numRuns: 2000 },
  );
});

test('the configuration cannot be changed', () => {
  const { config } = good('handlers: [{name: a, magic: ab, interpreter: /x}]');
  for (const part of [
    config,
    config.probe,
    config.interpreters.sources,
    config.handlers,
    config.handlers[0],
  ]) {
    assert.ok(Object.isFrozen(part));
  }
});

test('the run directory is where the anchor lies', () => {
  assert.equal(runDirectory(good('').config), '/run/binfmt-keeper');
  assert.equal(runDirectory(good('mounts: {anchor: /a/b/c}').config), '/a/b');
});

test('a prefix is one that can be told from what follows it, and what is none is refused with the reason', () => {
  const said = (names: string): string =>
    parseConfig({ flags: { names }, env: {}, file: { name: 'x', text: '' } }).ok
      ? 'fine'
      : faultsOf(parseConfig({ flags: { names }, env: {} }));
  for (const names of ['keeper-', 'qemu-', 'a_', '.-', 'K.8.']) assert.equal(said(names), 'fine', names);
  for (const [names, why] of [
    ['qemu', /must end in - or _ or \..*did you mean "qemu-"\?/],
    ['', /must not be empty/],
    ['a/b-', /must consist of the characters/],
    ['..\\-', /must consist of the characters/],
    ['a b-', /must consist of the characters/],
    ['a\n-', /must consist of the characters/],
    ['ä-', /must consist of the characters/],
    [`${'a'.repeat(64)}-`, /must not be longer than 64/],
  ] as const)
    assert.match(said(names), why, names);
});

function faultsOf(parsed: ReturnType<typeof parseConfig>): string {
  return parsed.ok ? '' : parsed.errors.join();
}

test('a list of platforms is read however people write it, in file, variable and flag alike', () => {
  const wanted = ['arm64', 'riscv64'];
  for (const written of [
    '[arm64, riscv64]',
    'arm64,riscv64',
    'arm64 riscv64',
    '"arm64\\nriscv64"',
    'arm64; riscv64',
    '[arm64 riscv64]',
    '["arm64,", riscv64]',
    '|\n  arm64\n  riscv64\n',
  ]) {
    assert.deepEqual(good(`platforms: ${written}`).config.platforms, wanted, written);
    assert.deepEqual(good(`credentials: ${written}`).config.credentials, wanted, written);
  }
  for (const written of [
    'arm64,riscv64',
    'arm64 riscv64',
    'arm64\nriscv64\n',
    ' arm64 , riscv64 ',
    'arm64;riscv64',
  ]) {
    const env = parseConfig({ env: { BINFMT_KEEPER_PLATFORMS: written }, flags: {} });
    const flag = parseConfig({ env: {}, flags: { platforms: written } });
    assert.deepEqual(
      [env, flag].map((read) => read.ok && read.config.platforms),
      [wanted, wanted],
      written,
    );
  }
  assert.deepEqual(good('platforms: 386').config.platforms, ['386']);
  assert.deepEqual(good('platforms: [386, arm64]').config.platforms, ['386', 'arm64']);
  for (const word of ['ALL', 'All', '[all]', 'all '])
    assert.equal(good(`platforms: ${word}`).config.platforms, 'all');
  const { config } = good('credentials: true\nplatforms: Auto\nreadiness: {required: AUTO}');
  assert.deepEqual([config.credentials, config.platforms, config.readiness.required], [true, 'auto', 'auto']);
});

test('what is no platform in such a list is told with the word that was probably meant', () => {
  assert.match(errors('platforms: arm46').join(), /1:12: platforms\.0: .*did you mean "arm64"/);
  assert.match(errors('platforms: arm64 armv8').join(), /platforms\.1: .*did you mean "linux\/arm64"/);
  assert.match(
    errors('platforms: 64').join(),
    /platforms: must be auto, all or a list such as \[linux\/arm64\]; got 64$/,
  );
  assert.match(errors('credentials: yes').join(), /must be true, false or a list/);
});
