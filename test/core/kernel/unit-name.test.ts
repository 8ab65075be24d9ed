import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { mountUnitName } from '../../../src/core/kernel/unit-name.ts';

test('the usual mount points have the names that systemd gives them', () => {
  assert.equal(mountUnitName('/proc/sys/fs/binfmt_misc'), 'proc-sys-fs-binfmt_misc.mount');
  assert.equal(mountUnitName('/run/binfmt-keeper/binfmt_misc'), 'run-binfmt\\x2dkeeper-binfmt_misc.mount');
});

test('systemd-escape gives every path the same name', (t) => {
  if (spawnSync('systemd-escape', ['--version']).error) return t.skip('systemd-escape is not installed');
  const segment = fc.string({ unit: fc.constantFrom(...'aZ0-_.:\\ %é'), minLength: 1, maxLength: 8 });
  const usual = segment.filter((s) => s !== '.' && s !== '..');
  const paths = fc.sample(fc.array(usual, { minLength: 1, maxLength: 5 }), 200).map((s) => `/${s.join('/')}`);
  const { stdout } = spawnSync('systemd-escape', ['--path', '--suffix=mount', ...paths], {
    encoding: 'utf8',
  });
  assert.deepEqual(
    paths.map((path) => mountUnitName(Buffer.from(path).toString('latin1'))),
    stdout.trim().split(' '),
  );
});
