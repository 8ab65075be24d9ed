import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spendingOf } from '../../../src/core/ps/advise.ts';
import type { EmulatedProcess } from '../../../src/core/ps/process.ts';
import { nameOf, workOf } from '../../../src/core/ps/work.ts';

const base: EmulatedProcess = {
  ...{
    pid: 1,
    parent: 0,
    platform: 'linux/arm64',
    interpreter: '/q',
    version: null,
    by: 'entry',
    state: 'R',
  },
  ...{ cpuMs: 0, childCpuMs: 0, ageMs: 0, command: ['sh'] },
  ...{ container: null, runtime: null, pod: null, unit: null },
};

test('what a program does is told by its name, with prefix, version and path or without', () => {
  const works: Readonly<Record<string, readonly string[]>> = {
    compiler: [
      'gcc',
      '/usr/bin/aarch64-linux-gnu-gcc-12',
      'g++',
      '/usr/lib/gcc/x/12/cc1plus',
      'ld.lld',
      'clang-17',
      'as',
    ],
    rust: ['rustc', '/root/.cargo/bin/cargo'],
    go: ['go', '/usr/local/go/pkg/tool/linux_arm64/compile'],
    jvm: ['java', 'javac'],
    javascript: ['node', '/usr/bin/npm'],
    bytes: ['xz', 'tar'],
    packages: ['apt-get', '/usr/bin/dpkg', 'pip3'],
    other: ['compile', 'link', 'sh', '-bash', '', 'postgres', 'gccgo-notes'],
  };
  for (const [work, words] of Object.entries(works))
    for (const word of words) assert.equal(workOf([word]), work, word);
  assert.equal(workOf(['/usr/bin/python3.11', '/usr/bin/pip', 'install']), 'packages');
  assert.equal(nameOf('/usr/bin/aarch64-linux-gnu-g++-12'), 'g++');
});

test('CPU is summed by container with that of ended children, the most expensive first', () => {
  const a = 'a1'.repeat(32);
  const spent = spendingOf([
    { ...base, cpuMs: 10 },
    { ...base, container: a, runtime: 'docker', cpuMs: 100, childCpuMs: 900, command: ['make'] },
    {
      ...base,
      container: a,
      runtime: 'docker',
      cpuMs: 300,
      command: ['/usr/bin/cc1plus'],
      platform: 'linux/riscv64',
    },
    { ...base, container: a, runtime: 'docker', cpuMs: 200, command: ['cc1plus'] },
  ]);
  assert.deepEqual(
    spent.map(({ container, cpuMs, processes, platforms }) => ({ container, cpuMs, processes, platforms })),
    [
      { container: a, cpuMs: 1500, processes: 3, platforms: ['linux/arm64', 'linux/riscv64'] },
      { container: null, cpuMs: 10, processes: 1, platforms: ['linux/arm64'] },
    ],
  );
  assert.deepEqual(spent[0]?.programs[0], { name: 'cc1plus', count: 2, cpuMs: 500 });
  assert.equal(spent[0]?.advice.length, 1);
  assert.match(spent[0]?.advice[0] ?? '', /--platform=\$BUILDPLATFORM .*crossbuild-essential-arm64/);
  assert.match(spent[1]?.advice[0] ?? '', /host of linux\/arm64/);
  assert.deepEqual(spendingOf([]), []);
});

test('no advice has a word that was not filled in', () => {
  const words = ['cc', 'cargo', 'go', 'java', 'node', 'xz', 'apt', 'sh'];
  for (const platform of ['linux/arm64', 'sparc64', null])
    for (const { advice } of spendingOf(words.map((word) => ({ ...base, platform, command: [word] }))))
      for (const text of advice) assert.doesNotMatch(text, /[{}]|undefined|null/, text);
});
