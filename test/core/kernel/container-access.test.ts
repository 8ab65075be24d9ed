import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AccessFacts,
  judgeAccess,
  mayAsk,
  policyOf,
} from '../../../src/core/kernel/container-access.ts';

const control = 'system_u:system_r:control_t:s0-s0:c0.c1023';
const object = (rest: string): string => `system_u:object_r:${rest}`;
const noneTells = { kind: 'nobody-tells' } as const;

/** Bottlerocket's privileged pod looks at a file. */
function seen(given: Partial<AccessFacts>): string {
  const facts = { path: '/f', selinux: true, enforcing: true, own: control, file: null, asked: noneTells };
  return judgeAccess({ ...facts, ...given }).verdict;
}

test('on Bottlerocket the label decides, as ordinary containers were seen to run or to end with 139', () => {
  for (const type of ['local_t', 'data_t', 'os_t', 'cache_t', 'state_t', 'etc_t', 'any_t'])
    assert.equal(seen({ file: object(`${type}:s0`) }), 'may', type);
  for (const label of ['data_t:s0:c5,c6', 'secret_t:s0', 'private_t:s0'])
    assert.equal(seen({ file: object(label) }), 'may-not', label);
  for (const label of ['container_file_t:s0', 'new_t:s0'])
    assert.equal(seen({ file: object(label) }), 'unknown');
  assert.equal(seen({ own: 'system_u:system_r:super_t:s0', file: object('secret_t:s0') }), 'may-not');
});

test('on Bottlerocket categories bind the files of images alone, elsewhere whatever a container opens', () => {
  const general = 'system_u:system_r:spc_t:s0';
  const rows: readonly (readonly [label: string, own: string | null, verdict: string])[] = [
    ['data_t:s0', control, 'may'],
    ['data_t:s0:c5,c6', control, 'may-not'],
    ['data_t:s0-s0:c0.c1023', control, 'may-not'],
    ['local_t:s0:c1', control, 'may'],
    ['cache_t:s0:c1,c2', control, 'may'],
    ['any_t:s0-s0:c0.c1023', control, 'may'],
    ['secret_t:s0:c1', control, 'may-not'],
    ['new_t:s0:c1', control, 'unknown'],
    ['data_t:s0:c5,c6', general, 'may-not'],
    ['bin_t:s0:c1', general, 'may-not'],
    ['new_t:s0:c1', general, 'may-not'],
    ['local_t:s0:c1', null, 'may-not'],
  ];
  for (const [label, own, verdict] of rows)
    assert.equal(seen({ own, file: object(label) }), verdict, `${label} seen as ${own}`);
});

test('elsewhere by the types of container-selinux', () => {
  const own = 'system_u:system_r:spc_t:s0';
  for (const label of ['container_ro_file_t:s0', 'lib_t:s0', 'bin_t:s0', 'container_file_t:s0', 'bin_t'])
    assert.equal(seen({ own, file: object(label) }), 'may', label);
  for (const label of ['var_lib_t:s0', 'usr_t:s0', 'container_file_t:s0:c1,c2', 'unlabeled_t:s0'])
    assert.equal(seen({ own, file: object(label) }), 'may-not', label);
  // What Bottlerocket calls `etc_t` is not what others call so.
  for (const label of ['etc_t:s0', 'local_t:s0']) assert.equal(seen({ own, file: object(label) }), 'unknown');
});

test('without SELinux, or under a permissive one, no label keeps anybody out', () => {
  const file = object('secret_t:s0:c1,c2');
  assert.equal(seen({ selinux: false, own: null, file }), 'may');
  assert.equal(seen({ enforcing: false, file }), 'may');
});

test('what nobody tells is never taken for leave', () => {
  assert.equal(seen({ enforcing: null, file: object('secret_t:s0') }), 'may-not');
  assert.equal(seen({ enforcing: null, file: object('local_t:s0') }), 'may');
  assert.equal(seen({ enforcing: null, file: object('x_t:s0') }), 'unknown');
  assert.equal(seen({ file: null }), 'unknown');
  assert.equal(seen({ file: 'nonsense' }), 'unknown');
  assert.equal(seen({ own: null, file: object('local_t:s0') }), 'unknown');
});

test("the kernel's own answer is worth more than the table", () => {
  const domain = 'system_u:system_r:container_t:s0:c1,c2';
  const file = object('data_t:s0:c5,c6');
  assert.equal(seen({ file, asked: { kind: 'answered', domain, lacking: [] } }), 'may');
  const denied = { kind: 'answered', domain, lacking: ['map'] } as const;
  const answer = judgeAccess({
    ...{
      path: '/f',
      selinux: true,
      enforcing: true,
      own: control,
      file: object('local_t:s0'),
      asked: denied,
    },
  });
  assert.deepEqual(answer, {
    verdict: 'may-not',
    detail: `/f is labelled ${object('local_t:s0')}, and ${domain} may not map it`,
  });
  assert.equal(seen({ file, asked: { kind: 'no-domain' } }), 'may');
});

test('the policy is known by our own domain, and control_t is spared a question that it may not ask', () => {
  assert.equal(policyOf(control), 'bottlerocket');
  assert.equal(policyOf('system_u:system_r:super_t:s0'), 'bottlerocket');
  assert.equal(policyOf('unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023'), 'general');
  assert.equal(policyOf(null), 'general');
  assert.deepEqual([control, 'system_u:system_r:super_t:s0', null].map(mayAsk), [false, true, true]);
});
