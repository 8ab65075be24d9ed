import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromText, globalOptions, internalEnv, settings } from '../../../src/core/config/options.ts';

const by = (config: string) => {
  const setting = settings.find((s) => s.config === config);
  assert.ok(setting, config);
  return setting;
};

test('flags and variables are the path in kebab and upper case', () => {
  assert.deepEqual(
    [by('probe.interval').flag, by('probe.interval').env],
    ['--probe-interval', 'BINFMT_KEEPER_PROBE_INTERVAL'],
  );
  assert.deepEqual(
    [by('onStatusZero').flag, by('onStatusZero').env],
    ['--on-status-zero', 'BINFMT_KEEPER_ON_STATUS_ZERO'],
  );
  assert.deepEqual(
    [by('publish.binfmtD').flag, by('publish.binfmtD').env],
    ['--publish-binfmt-d', 'BINFMT_KEEPER_PUBLISH_BINFMT_D'],
  );
  assert.equal(by('preserveArgv0').flag, '--preserve-argv0');
});

test('no two options share a flag or a variable', () => {
  const flags = [...settings, ...globalOptions].map((o) => o.flag);
  const env = [...settings.map((s) => s.env), ...globalOptions.flatMap((o) => o.env ?? []), ...internalEnv];
  assert.equal(new Set(flags).size, flags.length);
  assert.equal(new Set(env).size, env.length);
});

test('no flag begins with no-, which command lines take for a negation', () => {
  assert.deepEqual(
    settings.filter((s) => s.flag.startsWith('--no-')),
    [],
  );
});

test('text becomes what the file would hold', () => {
  assert.deepEqual(fromText(by('platforms'), 'all'), 'all');
  assert.deepEqual(fromText(by('platforms'), 'linux/arm64, riscv64,'), ['linux/arm64', 'riscv64']);
  assert.deepEqual(fromText(by('credentials'), 'false'), false);
  assert.deepEqual(fromText(by('credentials'), 'arm64'), ['arm64']);
  assert.deepEqual(fromText(by('preserveArgv0'), 'true'), true);
  assert.deepEqual(fromText(by('preserveArgv0'), 'yes'), 'yes');
  assert.deepEqual(fromText(by('adopt'), ''), []);
  assert.deepEqual(fromText(by('resync'), '30s'), '30s');
});
