import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const build = fileURLToPath(new URL('../../selinux/build.sh', import.meta.url));
const missing = spawnSync('secilc', ['--help']).error !== undefined && 'secilc is not installed';

// That they load into a distribution's policy, and what they do there, is seen in test/vm.
test('the policy modules compile, with and without container types', { skip: missing }, () => {
  const { status, stdout, stderr } = spawnSync('sh', [build], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const label = (path: string, type: string): string => `${path}\tsystem_u:object_r:${type}:s0`;
  const places = ['/opt/binfmt-keeper/libexec', '/usr/(local/)?lib(exec)?'];
  const program = places.map((place) => label(`${place}/binfmt-keeper/node\t--`, 'bin_t'));
  const store = (type: string): string => label('/var/lib/binfmt-keeper/store(/.*)?', type);
  assert.deepEqual(stdout.split('\n').slice(0, -1), [
    'with container types:',
    ...program,
    store('container_ro_file_t'),
    'without:',
    ...program,
    'private type:',
    ...program,
    store('binfmt_keeper_interpreter_t'),
    'Debian:',
  ]);
});
