import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ConfigSources, parseConfig } from '../../../src/core/config/config.ts';
import { settings } from '../../../src/core/config/options.ts';
import { readPlainConfig } from '../../../src/core/config/plain.ts';

/** Right for some setting, or nearly. */
const words = [
  ...['auto', 'all', 'true', 'false', 'ours', 'last', 'theirs', 'heal', 'respect', 'copy', 'in-place'],
  ...['required', 'ignore', 'if-present', 'keep', 'remove', 'always', 'never', 'off', '', ' ', ',', ' auto '],
  ...[
    'arm64',
    'linux/arm64',
    'linux/arm/v7',
    'ARM64,riscv64',
    'arm64,',
    'arm64,arm65',
    'all,arm64',
    's390x,auto',
    'ALL',
    'Auto,',
    'arm64 riscv64',
    'arm64v8\nqemu-arm-static',
    '386',
    'armv8',
  ],
  ...[
    'keeper-',
    'qemu_',
    'a b',
    '/usr/bin',
    '/usr/bin,/opt/bin',
    '/',
    '/a//b',
    '/a/',
    '/a/../b',
    'relative',
    '/é',
  ],
  ...['/proc/sys/fs/binfmt_misc', '/proc/sys/fs/binfmt_misc/x', '/run/binfmt-keeper/binfmt_misc', '/anchor'],
  ...['30s', '1h30m', '5m', '99ms', '100ms', '1d', '2d', '8d', '11m', '30', 'soon', '1.5s'],
  ...[
    '127.0.0.1:8676',
    '[::1]:80',
    'localhost:1',
    'unix:/run/k.sock',
    'unix:k',
    '1.2.3.4:99999',
    '0.0.0.0:0',
  ],
  ...[
    '0660',
    '660',
    '999',
    'root',
    'root:adm',
    ':adm',
    '0:0',
    'a:b:c',
    'system_u:object_r:bin_t:s0',
    'bin_t',
  ],
  ...['/metrics.prom', '/metrics.txt', 'keeper-own', 'rosetta', 'register', `/${'x'.repeat(1100)}`],
];
const word = fc.constantFrom(...words);
const values = fc.oneof(
  { weight: 5, arbitrary: word },
  fc.string(),
  fc.boolean(),
  fc.array(word, { maxLength: 3 }),
  fc.array(fc.oneof(word, fc.integer()), { maxLength: 2 }),
);
const flags = fc.dictionary(fc.constantFrom(...settings.map((s) => s.flag.slice(2))), values, { maxKeys: 3 });
const env = fc.dictionary(
  fc.constantFrom(...settings.map((s) => s.env), 'BINFMT_KEEPER_LOG_LEVEL', 'BINFMT_KEEPER_RESINK', 'PATH'),
  fc.oneof(word, fc.string()),
  { maxKeys: 3 },
);
const text = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(
    '',
    '\n',
    '# nothing\n',
    '  # a\n\n   \n#b',
    '---\n',
    'resync: 1s\n',
    '\t\n',
    '#\u0001',
    '# é',
    '#a\r\n',
  ),
  fc
    .array(fc.constantFrom(' ', '#', '\n', 'a', ':', '\t', '-'), { maxLength: 8 })
    .map((parts) => parts.join('')),
);

/** In print, so that the order of the keys counts too. */
function printed(parsed: ReturnType<typeof parseConfig>): string {
  return JSON.stringify(parsed.ok ? [parsed.config, [...parsed.origins]] : parsed);
}

test('what is read plainly is what the schema makes of it, and no fault is read plainly', () => {
  fc.assert(
    fc.property(flags, env, text, (flags, env, text) => {
      const file = text === undefined ? {} : { file: { name: '/k.yaml', text } };
      const sources: ConfigSources = { flags, env, ...file };
      const plain = readPlainConfig(sources);
      if (plain !== null) assert.equal(printed(plain), printed(parseConfig(sources)));
    }),
    { numRuns: 3000 },
  );
});

test('every setting that is right is read plainly, given as a flag or in the environment', () => {
  for (const setting of settings)
    for (const value of words) {
      const name = setting.flag.slice(2);
      for (const sources of [
        { env: {}, flags: { [name]: value } },
        { env: { [setting.env]: value }, flags: {} },
      ]) {
        const parsed = parseConfig(sources);
        const plain = readPlainConfig(sources);
        assert.equal(plain !== null, parsed.ok, `${setting.flag} ${JSON.stringify(value)}`);
        if (plain !== null) assert.equal(printed(plain), printed(parsed));
      }
    }
});

test('a configuration that was read plainly cannot be changed, nor what the next one begins with', () => {
  const plain = readPlainConfig({ env: {}, flags: {} });
  assert.ok(plain !== null);
  assert.ok(Object.isFrozen(plain.config.interpreters.sources) && Object.isFrozen(plain.config.probe));
  assert.throws(() => (plain.config.adopt as string[]).push('x'), TypeError);
  const next = readPlainConfig({ env: {}, flags: {} });
  assert.notEqual(next?.config.interpreters.sources, plain.config.interpreters.sources);
});
