import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseConfig } from '../../../src/core/config/config.ts';
import { exampleOf, settings } from '../../../src/core/config/options.ts';

const root = join(import.meta.dirname, '../../..');

/** Text of a file and, for each fault, place, path, what is wrong and what is allowed. */
const kinds: Readonly<Record<string, readonly [text: string, ...faults: readonly RegExp[]]>> = {
  'an unknown key': ['prob: {}\n', /^f:1:1: prob: unknown key; did you mean "probe"\?$/],
  'an unknown key that resembles none': [
    'zzz: 1\n',
    /^f:1:1: zzz: unknown key; allowed: platforms, credentials, /,
  ],
  'an unknown key below another': [
    'probe:\n  intervall: 5m\n',
    /^f:2:3: probe\.intervall: unknown key; did you mean "interval"\?$/,
  ],
  'a word that is none of the allowed': [
    'onStop: kep\n',
    /^f:1:9: onStop: must be one of keep, remove; got "kep"; did you mean "keep"\?$/,
  ],
  'text for a boolean': ['preserveArgv0: yes\n', /^f:1:16: preserveArgv0: must be true or false; got "yes"$/],
  'a number for a duration': [
    'resync: 30\n',
    /^f:1:9: resync: must be a duration such as 30s or 5m; got 30$/,
  ],
  'a duration without a unit': [
    'resync: "30"\n',
    /^f:1:9: resync: must be a duration such as 30s or 5m \(units ms, s, m, h, d\); got "30"$/,
  ],
  'a duration out of range': [
    'probe: {timeout: 1h}\n',
    /^f:1:18: probe\.timeout: must be from 100ms to 10m; got "1h"$/,
  ],
  'a platform with a typo': [
    'platforms: [linux/amr64]\n',
    /^f:1:13: platforms\.0: .* did you mean "linux\/arm64"\?$/,
  ],
  'a mapping for a list': [
    'platforms: {a: 1}\n',
    /^f:1:12: platforms: must be auto, all or a list such as \[linux\/arm64\]; got a mapping$/,
  ],
  'a relative path': [
    'interpreters: {store: store}\n',
    /^f:1:23: interpreters\.store: must be an absolute path; got "store"$/,
  ],
  'a key given twice': ['resync: 1m\nresync: 2m\n', /^f:2:1: .*resync is given twice$/],
  'a tab for indentation': ['probe:\n\tinterval: 5m\n', /^f:2:1: /],
  'a handler without an interpreter': [
    'handlers:\n  - {name: jar, extension: jar}\n',
    /^f:2:5: handlers\.0\.interpreter: is missing: text such as \/usr\/bin\/jexec$/,
  ],
  'a handler with an unknown flag': [
    'handlers:\n  - {name: jar, extension: jar, interpreter: /usr/bin/jexec, flags: X}\n',
    /^f:2:69: handlers\.0\.flags: expected only letters of POCF, got "X"$/,
  ],
  'a contradiction of two keys': [
    'mounts: {anchor: /proc/sys/fs/binfmt_misc/x}\n',
    /^f:1:18: mounts\.anchor: must not be, hold or lie in mounts\.main/,
  ],
  'two faults at once': [
    'resync: x\nonStop: y\n',
    /^f:1:9: resync: /,
    /^f:2:9: onStop: must be one of keep, remove; got "y"$/,
  ],
};

describe('a value of a wrong type', () => {
  const right: Readonly<Record<string, string>> = Object.fromEntries(
    settings.map((s) => [s.config, exampleOf(s.config)]),
  );
  const wrong = ['8676', '[[x]]', '{x: y}', 'null'];

  for (const { config, type } of settings)
    it(`of ${config} is told what it should be, by an example that is right`, () => {
      for (const value of [...wrong, ...(type.includes('list') ? ['[1]'] : ['[x]'])]) {
        const parsed = parseConfig({ file: { name: 'f', text: nested(config, value) }, env: {}, flags: {} });
        const [first = ''] = parsed.ok ? [] : parsed.errors;
        assert.match(first, /: must be .*; got /, `${config}: ${value}`);
        const said = /must be (?:.* such as )?(.*?); got /.exec(first)?.[1] ?? '';
        const offered =
          type === 'choice' ? right[config] : type === 'boolean' ? 'false' : said.split(' or ')[0];
        const again = parseConfig({
          file: { name: 'f', text: nested(config, offered ?? '') },
          env: {},
          flags: {},
        });
        const item = parseConfig({
          file: { name: 'f', text: nested(config, `[${offered}]`) },
          env: {},
          flags: {},
        });
        assert.ok(again.ok || item.ok, `${first}: ${again.ok ? '' : again.errors.join()}`);
      }
    });

  it('of a handler or a group is told the same way', () => {
    const cases = {
      'handlers: 3': /^f:1:11: handlers: must be a list such as \[\{name: jar, .*\}\]; got 3$/,
      'handlers: [3]': /handlers\.0: must be a mapping such as \{name: jar, .*\}; got 3$/,
      'handlers: [{name: 3, extension: jar, interpreter: /x}]':
        /handlers\.0\.name: must be text such as jar; got 3$/,
      'handlers: [{name: a, magic: [x], interpreter: /x}]':
        /handlers\.0\.magic: must be text such as 0xcafebabe; got a list$/,
      'handlers: [{name: a, magic: "0x7f", offset: x, interpreter: /x}]':
        /offset: must be a whole number such as 0; got "x"$/,
      'probe: 3': /^f:1:8: probe: must be a mapping such as \{enabled: true\}; got 3$/,
      'http: [x]': /http: must be a mapping such as \{listen: 127\.0\.0\.1:8676\}; got a list$/,
      'platforms: [1]': /platforms\.0: must be text such as linux\/arm64; got 1$/,
    };
    for (const [text, pattern] of Object.entries(cases)) {
      const parsed = parseConfig({ file: { name: 'f', text }, env: {}, flags: {} });
      assert.match(parsed.ok ? '' : (parsed.errors[0] ?? ''), pattern);
    }
  });
});

/** The file that has this value at a path. */
function nested(path: string, value: string): string {
  return path.split('.').reduceRight((inner, key) => `{${key}: ${inner}}`, value);
}

describe('a configuration with', () => {
  for (const [kind, [text, ...expected]] of Object.entries(kinds)) {
    it(`${kind} is refused with place, path and what is allowed`, () => {
      const parsed = parseConfig({ file: { name: 'f', text }, env: {}, flags: {} });
      const errors = parsed.ok ? [] : parsed.errors;
      assert.equal(errors.length, expected.length, errors.join('\n'));
      for (const [i, pattern] of expected.entries()) assert.match(errors[i] ?? '', pattern);
    });
  }
});

describe('config check', () => {
  let file: string;
  before(() => {
    file = join(mkdtempSync(join(tmpdir(), 'binfmt-keeper-config-')), 'config.yaml');
    writeFileSync(file, Object.values(kinds)[3]?.[0] ?? '');
  });
  after(() => rmSync(dirname(file), { recursive: true }));

  it('prints the line for editors and ends with 2', () => {
    const args = ['--no-warnings', join(root, 'src/main.ts'), 'config', 'check', '--config', file];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual([stdout, status], ['', 2]);
    assert.equal(
      stderr,
      `${file}:1:9: onStop: must be one of keep, remove; got "kep"; did you mean "keep"?\n`,
    );
  });
});

describe('the sample', () => {
  it('names in its first line the schema that lies beside it', () => {
    const [first = ''] = readFileSync(join(root, 'docs/config.sample.yaml'), 'utf8').split('\n');
    const name = /^# yaml-language-server: \$schema=(\S+)$/.exec(first)?.[1];
    assert.ok(name);
    const schema: { readonly title?: string } = JSON.parse(readFileSync(join(root, 'docs', name), 'utf8'));
    assert.equal(schema.title, 'Configuration of binfmt-keeper');
  });
});
