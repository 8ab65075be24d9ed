import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storedPairs } from '../../../src/core/kernel/binfmt-support.ts';
import { readStoredFiles } from '../../../src/core/plan/binfmt-support.ts';

/** As update-binfmts 2.2.2 writes them. */
const extension = 'foo\nextension\n0\nfoo\n\n/usr/bin/cat\n\nyes\nyes\nyes\n';
const magic = ':\nmagic\n2\nMZ\n\\xff\\x0f\n/usr/bin/cat\n/usr/bin/false\n\n\n\n';

test('what update-binfmts noted is the line that it registered', () => {
  const files = [
    { path: '/var/lib/binfmts/ext', text: extension },
    { path: '/var/lib/binfmts/mz', text: magic },
    { path: '/var/lib/binfmts/empty', text: '' },
    { path: '/var/lib/binfmts/else', text: 'a\nb\n\n\n\n\n\n\n' },
  ];
  const [first, second, ...none] = readStoredFiles(files);
  assert.deepEqual(first?.registration, {
    ...{ name: 'ext', matcher: { kind: 'extension', extension: 'foo' } },
    ...{ interpreter: '/usr/bin/cat', flags: 'POCF' },
  });
  assert.equal(second?.where, '/var/lib/binfmts/mz');
  assert.deepEqual(none, []);
});

test('a file of fewer lines, as old versions write it, is read as far as it goes', () => {
  assert.equal(storedPairs(extension.split('\n').slice(0, 8).join('\n'))?.get('credentials'), 'yes');
  assert.equal(storedPairs(extension.split('\n').slice(0, 8).join('\n'))?.get('fix_binary'), '');
});
