import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { parseConfig } from '../../../src/core/config/config.ts';
import { configInput } from '../../../src/core/config/input.ts';

const parse = (text: string) => parseConfig({ file: { name: 'f', text }, env: {}, flags: {} });
const handler = (check: string): string =>
  `handlers: [{name: jar, extension: jar, interpreter: /usr/bin/jexec, check: ${check}}]\n`;

function errors(text: string): readonly string[] {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.errors.map((line) => line.replace(/^f:\d+:\d+: /, ''));
}

test('a check is a command or a file, with a limit and a status, and is written back as it was', () => {
  for (const check of [
    '{file: /srv/a.jar}',
    '{file: /srv/a.jar, timeout: 3s, status: 7}',
    '{command: [/srv/a.jar, --version, ""]}',
    '{command: [/bin/sh, -c, "exit 3"], status: 3}',
  ]) {
    const parsed = parse(handler(check));
    assert.ok(parsed.ok, check);
    const again = parse(stringify(configInput(parsed.config)));
    assert.ok(again.ok, check);
    assert.deepEqual(again.config.handlers, parsed.config.handlers);
  }
  const parsed = parse(handler('{file: /srv/a.jar, timeout: 3s}'));
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.config.handlers[0]?.check, {
    command: ['/srv/a.jar'],
    isSample: true,
    timeout: 3000,
    status: 0,
  });
});

test('a wrong check is refused at its place, with what would be right', () => {
  const faults: readonly [string, RegExp][] = [
    ['{}', /^handlers\.0\.check: must have either command or file/],
    ['{file: /a.jar, command: [/a.jar]}', /^handlers\.0\.check: must have either command or file/],
    ['{file: a.jar}', /^handlers\.0\.check\.file: must be an absolute path; got "a\.jar"/],
    ['{file: /a.war}', /^handlers\.0\.check\.file: must end in \.jar, as what the handler runs does/],
    [
      '{command: [java, -version]}',
      /^handlers\.0\.check\.command: its program must be an absolute path; got "java"/,
    ],
    ['{command: []}', /^handlers\.0\.check\.command: its program must be an absolute path/],
    [
      '{command: /a.jar}',
      /^handlers\.0\.check\.command: must be a list such as \[\/usr\/local\/lib\/app\.jar, --version\]/,
    ],
    ['{file: /a.jar, timeout: 3}', /^handlers\.0\.check\.timeout: must be text such as 10s/],
    ['{file: /a.jar, timeout: 3 s}', /^handlers\.0\.check\.timeout: must be a duration such as 30s/],
    ['{file: /a.jar, timeout: 1h}', /^handlers\.0\.check\.timeout: must be from 100ms to 10m/],
    ['{file: /a.jar, status: 256}', /^handlers\.0\.check\.status: must be a whole number from 0 to 255/],
    ['{file: /a.jar, timout: 3s}', /^handlers\.0\.check\.timout: unknown key; did you mean "timeout"\?/],
    ['/a.jar', /^handlers\.0\.check: must be a mapping such as \{file: \/usr\/local\/lib\/sample\.jar\}/],
  ];
  for (const [check, expected] of faults) {
    const [first = '', ...more] = errors(handler(check));
    assert.match(first, expected, check);
    assert.deepEqual(more, [], check);
  }
});

test('readiness waits for handlers and adopted entries by name, and for nothing that cannot come', () => {
  const base = `${handler('{file: /a.jar}')}adopt: [python3.12]\nplatforms: [arm64]\n`;
  const required = (names: string): readonly string[] => errors(`${base}readiness: {required: [${names}]}\n`);
  assert.deepEqual(required('jar, python3.12, linux/arm64'), []);
  assert.match(
    required('jra')[0] ?? '',
    /^readiness\.required\.0: "jra" is no platform, no handler .*; did you mean "jar"\?$/,
  );
  assert.match(
    required('jar, python3.13')[0] ?? '',
    /^readiness\.required\.1: .*; did you mean "python3\.12"\?$/,
  );
  assert.match(required('linux/amr64')[0] ?? '', /did you mean "linux\/arm64"\?$/);
  assert.match(required('riscv64')[0] ?? '', /riscv64 is not among platforms, so it would never be ready$/);
  assert.match(required('auto')[0] ?? '', /the word auto stands alone/);
  const alone = parseConfig({ env: {}, flags: { 'readiness-required': 'jar' } });
  assert.ok(!alone.ok && /"jar" is no platform/.test(alone.errors[0] ?? ''), JSON.stringify(alone));
});
