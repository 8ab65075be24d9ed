import { settings } from '../../src/core/config/options.ts';

/** One malformed configuration; `at` is what its first complaint must begin with, `FILE` standing for the file's name. */
export interface Hostile {
  readonly name: string;
  readonly text?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly at: RegExp;
}

/** By path; what is wrong as a variable is wrong as a flag too. */
const nonsense: Readonly<Record<string, string>> = {
  platforms: 'linux/amr64',
  credentials: 'maybe',
  preserveArgv0: 'yes',
  precedence: '\x1b[31mours',
  names: '../',
  onStatusZero: '0',
  binfmtD: 'on',
  'interpreters.sources': 'bin,,/usr/bin',
  'interpreters.store': './store',
  'interpreters.deploy': 'inplace',
  'mounts.main': '/proc/../x',
  'mounts.anchor': '/',
  resync: '-1s',
  'readiness.required': 'everything',
  'probe.enabled': '1',
  'probe.interval': '5 parsecs',
  'probe.timeout': '9'.repeat(10_000),
  onStop: 'x'.repeat(50_000),
};

/** Malformed configurations by family. */
export const families: Readonly<Record<string, readonly Hostile[]>> = {
  'wrong types': wrongTypes(),
  'wrong sections': texts('FILE:\\d+:\\d+: SUBJECT[:.]', {
    interpreters: 'interpreters: everywhere',
    mounts: 'mounts: [/a, /b]',
    readiness: 'readiness: 3',
    probe: 'probe:',
    http: 'http: "127.0.0.1:1"',
    publish: 'publish: 1',
    handlers: 'handlers: {name: a}',
    'handlers.0': 'handlers: [jar]',
    'handlers.1': 'handlers:\n  - {name: a, magic: ab, interpreter: /x}\n  -\n',
    document: '[platforms, all]',
  }).map((c) => (c.name === 'document' ? { ...c, at: /^FILE:1:1: the configuration must be a mapping/ } : c)),
  'unknown keys': texts('FILE:\\d+:\\d+: SUBJECT: unknown key', {
    platfroms: 'platfroms: all',
    'probe.intervall': 'probe: {intervall: 5m}',
    'handlers.0.interpretr': 'handlers: [{name: a, magic: ab, interpretr: /x, interpreter: /x}]',
    'mounts.mian': 'mounts: {mian: /x}',
    __proto__: '__proto__: {names: x}',
    constructor: 'constructor: x',
    'probe.__proto__': 'probe: {__proto__: {timeout: 1s}}',
    toString: 'toString: x',
    '"<<"': '<<: {names: x}',
    '""': '"": x',
    '"probe.interval"': 'probe.interval: 5m',
    PLATFORMS: 'PLATFORMS: all',
    '"a\\?\\[31mb"|"a.*b"': '"a\\e[31mb": x',
  }),
  'YAML beyond plain data': located({
    'an anchor': 'names: &a x',
    'an alias': 'names: *a',
    'an alias of itself': 'a: &a [*a]',
    'a cycle through two keys': 'a: &a {b: *b}\nb: &b {a: *a}',
    'a billion laughs': laughs(),
    'a merge key': 'd: &d {timeout: 1s}\nprobe: {<<: *d}',
    'a function': 'names: !!js/function "function () { return 1 }"',
    'a binary': 'names: !!binary aGVsbG8=',
    'a Python object': 'names: !!python/object/apply:os.system [id]',
    'a tag of its own': 'names: !mine x',
    'an explicit type': 'names: !!str x',
    'a set': 'platforms: !!set {arm64}',
    'a timestamp tag': 'resync: !!timestamp 2001-12-14',
    'a directive': '%YAML 1.1\n---\npreserveArgv0: yes',
    'a tag directive': '%TAG ! tag:example.org,2000:\n---\nnames: !a x',
    'two documents': 'onStop: keep\n---\nonStop: keep',
    'an end of the document in the middle': 'onStop: keep\n...\nnames: x',
    'a key given twice': 'onStop: keep\nonStop: remove',
    'a key given twice, once quoted': 'onStop: keep\n"onStop": remove',
    'a nested key given twice': 'probe: {timeout: 1s, timeout: 2s}',
    'a key of a handler given twice': 'handlers: [{name: a, name: b, magic: ab, interpreter: /x}]',
    'a list as key': '? [a]\n: b',
    'a number as key': '1: x',
    'null as key': '~: x',
    'no key': ': x',
    'a sequence': '- a',
    'a sentence': 'please keep all platforms',
    'a tab as indentation': 'probe:\n\ttimeout: 1s',
    'an open quote': 'names: "a',
    'an open bracket': 'platforms: [arm64',
    'a wrong bracket': 'platforms: [arm64}',
    'an unknown escape': 'names: "\\q"',
    'a reserved character': 'names: @a',
    'a backtick': 'names: `a`',
    'an indentation that jumps back': 'probe:\n    timeout: 1s\n  interval: 1m',
    'JSON with a comment': '{"names": "a" /* why */ "onStop": "keep"}',
    'a shell assignment': 'names=keeper-',
    'an INI file': '[probe]\ntimeout=1s',
    XML: '<config><names>a</names></config>',
  }),
  'bytes that are no text': located({
    'a byte that no UTF-8 has': Buffer.from('names: \xff', 'latin1'),
    'a continuation byte alone': Buffer.from('names: \x80', 'latin1'),
    'an overlong slash': Buffer.from('names: \xc0\xaf', 'latin1'),
    'a surrogate': Buffer.from('names: \xed\xa0\x80', 'latin1'),
    'half a character at the end': Buffer.from('names: \xe2\x82', 'latin1'),
    'Latin-1': Buffer.from('# für alle\nnames: x', 'latin1'),
    'UTF-16 with a mark': Buffer.from('\ufeffnames: x', 'utf16le'),
    'UTF-16 the other way round': Buffer.from('\ufeffnames: x', 'utf16le').swap16(),
    'UTF-16 without a mark': Buffer.from('names: x', 'utf16le'),
    'UTF-32': Buffer.from([...'names: x'].flatMap((c) => [c.charCodeAt(0), 0, 0, 0])),
    'a NUL': 'names: x\0',
    'only NULs': Buffer.alloc(4096),
    'an escape sequence': 'names: \x1b[31m',
    'a bell in a comment': '# \x07\n',
    'a delete': 'names: a\x7f',
    'a C1 control': 'names: \u009b31m',
    'a form feed': 'names: a\f',
    'a mark in the middle': 'onStop: keep\n\ufeffnames: x/y',
    'a program': Buffer.from('7f454c4602010100000000000000000002003e00', 'hex'),
    'compressed data': Buffer.from('1f8b0800000000000003ab56ca4b4c492d56b25252', 'hex'),
    'a fault after a mark': '\ufeffonStop: never',
    'a fault with CRLF': 'onStop: keep\r\nnames: a/b\r\n',
    'a fault with CR alone': 'onStop: keep\rnames: a/b\r',
  }),
  'too much': located({
    '20 MB of keys': many(20 * 1024 * 1024, (i) => `k${i}: 1\n`),
    '20 MB of one key': 'onStop: keep\n'.repeat(1_600_000),
    '20 MB of comments': '# nothing\n'.repeat(2_100_000),
    'one line of 5 MB': `names: ${'x'.repeat(5 * 1024 * 1024)}`,
    '1 MB of text in three bytes each': `# ${'€'.repeat(350_000)}`,
    '10,000 brackets in brackets': `platforms: ${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    '10,000 mappings in mappings': `probe: ${'{a: '.repeat(10_000)}x${'}'.repeat(10_000)}`,
    '10,000 dashes': `${'- '.repeat(10_000)}x`,
    '500 steps of indentation': Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
    '10,000 question marks': '? '.repeat(10_000),
    '10,000 colons': ': '.repeat(10_000),
    '20,000 keys': many(220_000, (i) => `k${i}: 1\n`),
    '10,000 platforms with a typo': `platforms: [${'linux/amr64, '.repeat(10_000)}]`,
    '2000 handlers of one name': `handlers:\n${'- {name: a, magic: ab, interpreter: /x}\n'.repeat(2000)}`,
    'a platform of 200,000 letters': `platforms: [${'x'.repeat(200_000)}]`,
    'a key of 200,000 letters': `${'x'.repeat(200_000)}: 1`,
  }),
  'names of handlers': handlers('name', {
    'a slash': 'name: a/b',
    'a path': 'name: ../../etc/passwd',
    'a line break': 'name: "a\\nb", extension: x/y',
    'a NUL': 'name: "a\\0b"',
    dot: 'name: .',
    'two dots': 'name: ..',
    register: 'name: register',
    status: 'name: status',
    nothing: 'name: ""',
    '256 bytes': `name: ${'n'.repeat(256)}`,
    '128 characters of two bytes': `name: ${'é'.repeat(128)}`,
    '251 bytes': `name: ${'n'.repeat(251)}`,
    '100,000 bytes': `name: ${'n'.repeat(100_000)}`,
    'the name of a stand-in': 'name: a.next',
    'a number': 'name: 7',
    null: 'name: null',
    'a list': 'name: [a]',
    'a truth': 'name: true',
    'none at all': '',
  }).map((c) =>
    c.name.endsWith('a line break') ? { ...c, at: /^FILE:1:\d+: handlers\.0\.extension: / } : c,
  ),
  interpreters: handlers(
    'interpreter',
    {
      relative: 'interpreter: qemu',
      'relative, from here': 'interpreter: ./qemu',
      nothing: 'interpreter: ""',
      'a line break': 'interpreter: "/x\\nflags: F"',
      'a NUL': 'interpreter: "/x\\0y"',
      'two dots': 'interpreter: /usr/../bin/x',
      'two dots at the end': 'interpreter: /usr/..',
      'two slashes': 'interpreter: //x',
      'a dot': 'interpreter: /./x',
      'a slash at the end': 'interpreter: /x/',
      'the root': 'interpreter: /',
      'a home': 'interpreter: ~/qemu',
      'a number': 'interpreter: 4',
      'a mapping': 'interpreter: {path: /x}',
      'none at all': '',
    },
    'name: a',
  ),
  '4096 bytes of interpreter': [
    {
      name: 'an interpreter of 4096 bytes',
      text: `handlers: [{name: a, magic: ab, interpreter: /${'x'.repeat(4095)}}]`,
      at: /^FILE:1:\d+: handlers\.0\.name: expected at most 1920 bytes in all/,
    },
  ],
  matchers: [
    ...matchers('mask', {
      'a mask that is shorter': 'magic: wxyz, mask: 0xffff',
      'a mask that is longer': 'magic: ab, mask: 0xffffff',
      'an empty mask': 'magic: ab, mask: ""',
      'a mask of zeros': 'magic: ab, mask: 0x0000',
      'a mask in odd hexadecimal': 'magic: ab, mask: 0xfff',
      'a mask that is a list': 'magic: ab, mask: [0xff]',
    }),
    ...matchers('magic', {
      'odd hexadecimal': 'magic: 0x7f4',
      'a letter that is no digit': 'magic: "0x7g\\u00e9"',
      'no magic': 'magic: ""',
      'no digits': 'magic: é0x',
      'a backslash': "magic: 'a\\b'",
      'half an escape': "magic: '\\x7'",
      'an escape that YAML resolved': 'magic: "\\xff"',
      'a magic that is null': 'magic: null',
      'a magic and an extension': 'magic: ab, extension: jar',
      'neither magic nor extension': 'offset: 0',
    }),
    ...matchers('offset', {
      'a negative offset': 'magic: ab, offset: -1',
      'an offset beyond the header': 'magic: ab, offset: 255',
      'a magic beyond the header': `magic: '${'z'.repeat(257)}'`,
      'an offset of 256': 'magic: ab, offset: 256',
      'half an offset': 'magic: ab, offset: 1.5',
      'an endless offset': 'magic: ab, offset: .inf',
      'no number': 'magic: ab, offset: .nan',
      'an offset in words': 'magic: ab, offset: four',
      'an offset with a line': 'extension: jar, offset: 4',
    }),
    ...matchers('flags', {
      'unknown flags': 'magic: ab, flags: X',
      'small letters': 'magic: ab, flags: fc',
      'a flag twice': 'magic: ab, flags: FF',
      'a flag and a space': 'magic: ab, flags: "F "',
      'a delimiter': 'magic: ab, flags: "F:"',
      'flags as a list': 'magic: ab, flags: [F]',
      'a line break as flag': 'magic: ab, flags: "F\\n"',
    }),
    ...matchers('extension', {
      'an extension with a slash': 'extension: a/b',
      'an extension with a dot': 'extension: .jar',
      'a double extension': 'extension: tar.gz',
      'an empty extension': 'extension: ""',
      'an extension with a line break': 'extension: "a\\nb"',
      'an extension with a NUL': 'extension: "a\\0"',
      'an extension that is a number': 'extension: 7',
    }),
  ],
  'handlers given twice': [
    twice('name', '{name: a, magic: ab, interpreter: /x}, {name: a, magic: cd, interpreter: /x}'),
    twice('magic', '{name: a, magic: ab, interpreter: /x}, {name: b, magic: ab, interpreter: /y}'),
    twice(
      'magic',
      '{name: a, magic: 0x6162, interpreter: /x}, {name: b, magic: ab, mask: 0xffff, interpreter: /x}',
    ),
    twice(
      'magic',
      '{name: a, magic: ab, mask: 0xff00, interpreter: /x}, {name: b, magic: ac, mask: 0xff00, interpreter: /x}',
    ),
    twice(
      'extension',
      '{name: a, extension: jar, interpreter: /x}, {name: b, extension: jar, interpreter: /y}',
    ),
  ],
  'names in lists': [
    ...['platforms', 'credentials', 'readiness.required'].flatMap((path) =>
      lists(path, {
        'a typo': '[linux/amr64]',
        null: '[null]',
        'a number': '[linux/arm64, 64]',
        'a list in a list': '[[linux/arm64]]',
        'a mapping in a list': '[{os: linux}]',
        nothing: '[""]',
        'another system': '[windows/amd64]',
        'a variant that there is not': '[linux/riscv64/v9]',
      }),
    ),
    ...lists('adopt', {
      'a slash': '[a/b]',
      'a path': '[../status]',
      dot: '[.]',
      register: '[register]',
      status: '[status]',
      nothing: '[""]',
      'a NUL': '["a\\0b"]',
      '251 bytes': `[${'n'.repeat(251)}]`,
      'a number': '[7]',
      null: '[null]',
      'a list in a list': '[[WSLInterop]]',
    }),
    ...lists('platforms', {
      'all among others': '[all, linux/arm64]',
      'a lone slash': '[/]',
      'a slash at the end': '[linux/]',
      'a path': '[../../etc/passwd]',
      'a line break': '["linux/arm64\\nlinux/amr"]',
      'an escape sequence': '["\\e]0;x\\a"]',
      'a property of objects': '[constructor]',
    }),
  ],
  durations: ['resync', 'probe.interval', 'probe.timeout'].flatMap((path) =>
    Object.entries({
      'a negative one': '-1s',
      'an age': '1000000000d',
      'an exponent': '1e9d',
      'another unit': '5 parsecs',
      zero: '0',
      'zero seconds': '0s',
      'a bare number': '30',
      'a fraction': '1.5s',
      nothing: '""',
      'a unit alone': 's',
      'the smaller unit first': '1s1m',
      'a number beyond all': `${'9'.repeat(40)}s`,
    }).map(([name, value]) => setting(path, name, value)),
  ),
  paths: ['mounts.main', 'mounts.anchor', 'interpreters.store'].flatMap((path) =>
    Object.entries({
      relative: 'run/x',
      nothing: '""',
      'the root': '/',
      'two slashes': '/run//x',
      'two dots': '/run/../x',
      'a slash at the end': '/run/x/',
      'another script': '/run/é',
      'a line break': '"/run/\\n/x"',
      'a NUL': '"/run/\\0/x"',
      '1025 characters': `/${'x'.repeat(1024)}`,
    }).map(([name, value]) => setting(path, name, value)),
  ),
  contradictions: [
    setting('names', 'a slash in the prefix', 'a/b'),
    setting('mounts.anchor', 'the main mount', '/proc/sys/fs/binfmt_misc'),
    setting('mounts.anchor', 'a place in the main mount', '/proc/sys/fs/binfmt_misc/x'),
    setting('mounts.anchor', 'a place in the root', '/anchor'),
    setting('interpreters.store', 'a place in the anchor', '/run/binfmt-keeper/binfmt_misc/store'),
    setting('interpreters.sources', 'an empty list', '[]'),
    setting('interpreters.sources', 'a relative directory', '[bin]', '\\.0'),
    setting('interpreters.sources', 'a list of null', '[null]', '\\.0'),
    setting('names', 'a prefix of 65 letters', 'n'.repeat(65)),
    setting('names', 'a space in the prefix', '"a b"'),
    setting('names', 'a line break in the prefix', '"a\\nb"'),
    setting('onStop', 'another word', 'explode'),
    setting('precedence', 'a word in another case', 'Ours'),
  ],
  'environment variables': variables(),
  flags: flags(),
};

function wrongTypes(): Hostile[] {
  return settings.flatMap(({ config }) => [
    setting(config, 'a mapping', '{a: b}'),
    setting(config, 'null', 'null'),
    setting(config, 'a list of lists', '[[x]]', '(\\.0)?'),
  ]);
}

function setting(path: string, name: string, value: string, below = ''): Hostile {
  const keys = path.split('.');
  const text = keys.reduceRight(
    (inner, key) => (inner === value ? `${key}: ${inner}` : `${key}: {${inner}}`),
    value,
  );
  return { name: `${path}: ${name}`, text, at: regular(`FILE:1:\\d+: ${quoteRegular(path)}${below}: `) };
}

function lists(path: string, values: Readonly<Record<string, string>>): Hostile[] {
  return Object.entries(values).map(([name, value]) => setting(path, name, value, '\\.\\d'));
}

/** `SUBJECT` in the expectation is the name of the case. */
function texts(at: string, cases: Readonly<Record<string, string>>): Hostile[] {
  return Object.entries(cases).map(([name, text]) => ({
    name,
    text,
    at: regular(at.replace('SUBJECT', `(${name.includes('|') ? name : quoteRegular(name)})`)),
  }));
}

function located(cases: Readonly<Record<string, string | Buffer>>): Hostile[] {
  return Object.entries(cases).map(([name, text]) => ({ name, text, at: /^FILE:\d+:\d+: / }));
}

function handlers(key: string, cases: Readonly<Record<string, string>>, rest = 'interpreter: /x'): Hostile[] {
  return Object.entries(cases).map(([name, given]) => ({
    name: `${key}: ${name}`,
    text: `handlers: [{${[given, given.includes('extension') ? '' : 'magic: ab', rest].filter(Boolean).join(', ')}}]`,
    at: regular(`FILE:1:\\d+: handlers\\.0\\.${key}: `),
  }));
}

function matchers(key: string, cases: Readonly<Record<string, string>>): Hostile[] {
  return Object.entries(cases).map(([name, given]) => ({
    name,
    text: `handlers:\n- {name: a, ${given}, interpreter: /x}\n`,
    at: regular(`FILE:2:\\d+: handlers\\.0\\.${key}: `),
  }));
}

function twice(key: string, list: string): Hostile {
  return {
    name: `the same ${key}: ${list}`,
    text: `handlers: [${list}]`,
    at: regular(`FILE:1:\\d+: handlers\\.1\\.${key}: `),
  };
}

function variables(): Hostile[] {
  const set = Object.entries(nonsense).map(([path, value]): Hostile => {
    const { env } = settings.find((s) => s.config === path) ?? { env: '' };
    return { name: `${env}=${value.slice(0, 20)}`, env: { [env]: value }, at: regular(`${env}: `) };
  });
  const others: Readonly<Record<string, string>> = {
    BINFMT_KEEPER_PLATFROMS: 'all',
    BINFMT_KEEPER_: 'x',
    'BINFMT_KEEPER_a.b': 'x',
    'BINFMT_KEEPER_\x1b[31m': 'x',
    BINFMT_KEEPER_LOG_LEVEL: 'loud',
  };
  return [
    ...set,
    ...Object.entries(others).map(([env, value]) => ({
      name: env,
      env: { [env]: value },
      at: regular(`${quoteRegular(env.replace('\x1b', '?'))}: `),
    })),
  ];
}

function flags(): Hostile[] {
  const set = Object.entries(nonsense).map(([path, value]): Hostile => {
    const { flag } = settings.find((s) => s.config === path) ?? { flag: '' };
    return { name: `${flag}=${value.slice(0, 20)}`, flags: [`${flag}=${value}`], at: regular(`${flag}: `) };
  });
  return [
    ...set,
    { name: 'a flag twice', flags: ['--resync=1s', '--resync=2s'], at: /^--resync: given more than once/ },
    { name: '--log-level=loud', flags: ['--log-level=loud'], at: /log-level/ },
    { name: 'an unknown flag', flags: ['--platfroms=all'], at: /platfroms/ },
    { name: 'a flag with an escape sequence', flags: ['--\x1b[31mred=1'], at: /red/ },
  ];
}

function laughs(): string {
  const lines = ['a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]'];
  for (let i = 1; i < 10; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`);
  return lines.join('\n');
}

function many(bytes: number, line: (i: number) => string): string {
  const lines: string[] = [];
  for (let size = 0, i = 0; size < bytes; i++) {
    const next = line(i);
    lines.push(next);
    size += next.length;
  }
  return lines.join('');
}

function regular(start: string): RegExp {
  return new RegExp(`^${start}`);
}

function quoteRegular(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
