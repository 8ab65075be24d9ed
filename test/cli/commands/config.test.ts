import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configSchema, configShow } from '../../../src/cli/commands/config.ts';
import { configCheck } from '../../../src/cli/commands/config-check.ts';
import { loadSources } from '../../../src/cli/line/load-config.ts';
import { contextOf } from '../../../src/cli/terminal/context.ts';
import { type ParsedConfig, parseConfig } from '../../../src/core/config/config.ts';

const text = `platforms: [linux/arm64]
handlers:
  - {name: é, magic: 0x7f45, mask: 0xff00, offset: 2, interpreter: /opt/é, flags: C}
  - {name: jar, extension: jar, interpreter: /usr/bin/jexec}
`;
const parse = (yaml: string, env = {}): ParsedConfig =>
  parseConfig({ file: { name: '/etc/k.yaml', text: yaml }, env, flags: { 'on-stop': 'remove' } });
const result = parse(text, { BINFMT_KEEPER_PROBE_INTERVAL: '90m' });

const offline = contextOf({ offline: true });
const check = (parsed: ParsedConfig, fileless = false) =>
  configCheck(offline, parsed, { name: '/etc/k.yaml', text, fileless });

test('check prints every fault to stderr and ends with 2', async () => {
  const { stdout, stderr, exitCode } = await check(parse('a: 1\nresync: x'));
  assert.deepEqual([stdout, exitCode, stderr.split('\n').length], ['', 2, 3]);
});

test('check of a valid file says so and ends with 0', async () => {
  assert.deepEqual(await check(result), {
    stdout: '/etc/k.yaml: valid\n',
    stderr: '',
    exitCode: 0,
  });
});

test('check of a default file that is not there calls nothing valid, but says what is used', async () => {
  const built = parseConfig({ env: {}, flags: {} });
  assert.deepEqual(await check(built, true), {
    stdout: 'there is no /etc/k.yaml: the built-in configuration is used\n',
    stderr: '',
    exitCode: 0,
  });
  const changed = parseConfig({ env: { BINFMT_KEEPER_RESYNC: '1m' }, flags: {} });
  assert.match((await check(changed, true)).stdout, /used, changed by flags or environment$/m);
});

test('only a default file may be absent, and that it is can be told', async () => {
  const absent = join(import.meta.dirname, 'absent.yaml');
  assert.equal((await loadSources({ config: absent }, {})).parsed.ok, false);
  assert.equal((await loadSources({}, { BINFMT_KEEPER_CONFIG: absent })).parsed.ok, false);
  const { parsed, fileless } = await loadSources({}, {});
  if (existsSync('/etc/binfmt-keeper/config.yaml')) assert.equal(fileless, false);
  else assert.deepEqual([parsed.ok, fileless], [true, true]);
  assert.equal((await loadSources({ config: '/dev/null' }, {})).fileless, false);
});

test('show of an invalid configuration prints no data and ends with 2', () => {
  for (const format of ['table', 'json', 'yaml'] as const) {
    const { stdout, exitCode } = configShow(parse('a: 1'), format);
    assert.deepEqual([stdout, exitCode], ['', 2]);
  }
});

test('the table gives value and origin of every setting on one line', () => {
  const lines = configShow(result, 'table').stdout.split('\n');
  const line = (path: string) => lines.find((l) => l.startsWith(`${path} `))?.split(/ {2,}/);
  assert.deepEqual(line('probe.interval'), ['probe.interval', '"1h30m"', 'env BINFMT_KEEPER_PROBE_INTERVAL']);
  assert.deepEqual(line('onStop'), ['onStop', '"remove"', 'flag --on-stop']);
  assert.deepEqual(line('platforms'), ['platforms', '["linux/arm64"]', '/etc/k.yaml:1:12']);
  assert.deepEqual(line('names'), ['names', '"keeper-"', 'built-in']);
});

test('the YAML is a file that yields the same configuration', () => {
  const { stdout } = configShow(result, 'yaml');
  const again = parseConfig({ file: { name: 'x', text: stdout }, env: {}, flags: {} });
  assert.ok(again.ok && result.ok);
  assert.deepEqual(again.config, result.config);
  assert.match(stdout, /interval: 1h30m # env BINFMT_KEEPER_PROBE_INTERVAL/);
});

test('the JSON holds the same configuration and an origin for each setting', () => {
  const shown = JSON.parse(configShow(result, 'json').stdout);
  const again = parseConfig({ file: { name: 'x', text: JSON.stringify(shown.config) }, env: {}, flags: {} });
  assert.ok(again.ok && result.ok);
  assert.deepEqual(again.config, result.config);
  assert.equal(shown.origins['probe.interval'], 'env BINFMT_KEEPER_PROBE_INTERVAL');
});

test('docs/config.schema.json is what config schema prints', () => {
  const file = readFileSync(new URL('../../../docs/config.schema.json', import.meta.url), 'utf8');
  assert.equal(file, configSchema().stdout);
});

test('the schema describes every leaf and forbids unknown keys everywhere', () => {
  const check = (node: Record<string, unknown>, path: string): void => {
    if (node.type !== 'object') {
      assert.equal(typeof node.description, 'string', path);
      return;
    }
    assert.equal(node.additionalProperties, false, path);
    const below = node.properties as Record<string, Record<string, unknown>>;
    for (const [key, child] of Object.entries(below)) check(child, `${path}.${key}`);
  };
  check(JSON.parse(configSchema().stdout), '');
});
