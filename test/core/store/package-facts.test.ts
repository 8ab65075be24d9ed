import assert from 'node:assert/strict';
import { test } from 'node:test';
import { licencesOf, ownerFrom, packageFormat, packageFrom } from '../../../src/core/store/package-facts.ts';

test('the owner of a path is not the package that diverts it, nor that of another path', () => {
  const said = [
    'diversion by other from: /usr/bin/qemu-arm',
    'libfoo:amd64, libfoo:i386: /usr/share/doc/qemu-arm',
    'qemu-user: /usr/bin/qemu-arm',
  ].join('\n');
  assert.equal(ownerFrom(said, '/usr/bin/qemu-arm'), 'qemu-user');
  assert.equal(ownerFrom(said, '/usr/share/doc/qemu-arm'), 'libfoo:amd64');
  assert.equal(ownerFrom(said, '/usr/bin/qemu'), null);
});

test('only an installed package says something', () => {
  assert.ok(packageFormat.startsWith(`\${Package}\t`));
  const line = 'qemu-user-static\t1:7.2\tamd64\tqemu\t1:7.2\tinstalled\n';
  assert.equal(packageFrom(line, null)?.source, 'qemu');
  assert.equal(packageFrom(line.replace('installed', 'config-files'), null), null);
  assert.equal(packageFrom('', null), null);
});

test('licences are those of a machine-readable file, each once, by their own names', () => {
  const file =
    'Format: https://x/\n\nFiles: *\nLicense: GPL-2+\n text\n\nFiles: a\nLicense: GPL-2+\n\nLicense: Expat\n Text\n';
  assert.deepEqual(licencesOf(file), ['Expat', 'GPL-2+']);
  assert.deepEqual(licencesOf('License: GPL\n'), []);
});
