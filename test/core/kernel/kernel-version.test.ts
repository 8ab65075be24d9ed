import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  atLeast,
  diesWithLastMount,
  flagsFor,
  hasNamespacedInstances,
  type KernelVersion,
  parseKernelVersion,
} from '../../../src/core/kernel/kernel-version.ts';

describe('parseKernelVersion', () => {
  for (const [release, expected] of [
    ['6.18.44', '6.18.44'],
    ['5.15.150-yocto-standard', '5.15.150'],
    ['6.7.0-rc1', '6.7.0'],
    ['6.1.106-1-lts', '6.1.106'],
    ['5.10.223-212.873.amzn2.x86_64', '5.10.223'],
    ['4.9.337+', '4.9.337'],
    ['6.8-custom', '6.8.0'],
  ] as const) {
    test(`${release} is ${expected}`, () => {
      assert.equal(show(parseKernelVersion(release)), expected);
    });
  }

  test('text that does not begin with a version is none', () => {
    for (const release of ['', 'linux', '6', 'v6.1.2', ' 6.1.2'])
      assert.equal(parseKernelVersion(release), null);
  });

  test('the stable patch level that Debian and Ubuntu hide is found in the build text', () => {
    const debian = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.112-1 (2024-09-30)';
    assert.equal(show(parseKernelVersion('6.1.0-26-amd64', debian)), '6.1.112');
    const ubuntu = 'Ubuntu 5.15.0-119.129-generic 5.15.160';
    assert.equal(show(parseKernelVersion('5.15.0-119-generic', ubuntu)), '5.15.160');
    assert.equal(show(parseKernelVersion('6.18.44', '#1 SMP PREEMPT_DYNAMIC @0')), '6.18.44');
  });
});

describe('atLeast', () => {
  test('compares numbers, not text', () => {
    assert.ok(atLeast(version('6.10.0'), 6, 7));
    assert.ok(atLeast(version('6.7.0'), 6, 7));
    assert.ok(atLeast(version('7.0.0'), 6, 7));
    assert.ok(!atLeast(version('6.6.99'), 6, 7));
    assert.ok(!atLeast(version('5.19.0'), 6, 7));
  });
});

describe('flagsFor', () => {
  const both = { preserveArgv0: true, credentials: true };
  test('a flag is used only where the kernel knows it', () => {
    assert.equal(flagsFor(version('6.18.44'), both), 'POCF');
    assert.equal(flagsFor(version('5.12.0'), both), 'POCF');
    assert.equal(flagsFor(version('5.11.22'), both), 'OCF');
    assert.equal(flagsFor(version('4.8.0'), both), 'OCF');
    assert.equal(flagsFor(version('4.7.10'), both), 'OC');
  });

  test('a flag is used only where it is wished for, and F always', () => {
    assert.equal(flagsFor(version('6.1.0'), { preserveArgv0: false, credentials: true }), 'OCF');
    assert.equal(flagsFor(version('6.1.0'), { preserveArgv0: true, credentials: false }), 'PF');
    assert.equal(flagsFor(version('6.1.0'), { preserveArgv0: false, credentials: false }), 'F');
  });
});

describe('diesWithLastMount', () => {
  test('begins with 6.7 and with the release of each stable series that took the change', () => {
    const first = ['6.7.0', '6.6.48', '6.1.107', '5.15.166', '5.10.225', '5.4.283', '4.19.321'];
    const before = ['6.6.47', '6.1.106', '5.15.165', '5.10.224', '5.4.282', '4.19.320'];
    const never = ['6.5.13', '6.2.16', '5.19.17', '5.11.22', '4.14.336'];
    for (const release of [...first, '6.10.3', '7.2.13'])
      assert.ok(diesWithLastMount(version(release)), release);
    for (const release of [...before, ...never]) assert.ok(!diesWithLastMount(version(release)), release);
  });
});

test('only mainline since 6.7 has an instance for each user namespace', () => {
  assert.ok(hasNamespacedInstances(version('6.7.0')));
  assert.ok(!hasNamespacedInstances(version('6.6.48')));
  assert.ok(!hasNamespacedInstances(version('6.1.187')));
});

function version(release: string): KernelVersion {
  const parsed = parseKernelVersion(release);
  assert.ok(parsed, release);
  return parsed;
}

function show(parsed: KernelVersion | null): string {
  return parsed === null ? 'none' : `${parsed.major}.${parsed.minor}.${parsed.patch}`;
}
