import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drawEntries, mostEntries } from '../../../src/core/entries/draw.ts';
import type { DeclaredLine, OwnerSigns } from '../../../src/core/entries/owner.ts';
import type { Entry } from '../../../src/core/kernel/entry.ts';
import { parseLine } from '../../../src/core/kernel/registration-line.ts';
import { identify } from '../../../src/core/plan/memory.ts';

const elf64 = '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00';
const elfMask =
  '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff';
const arm64 = `M::${elf64}\\xb7\\x00:${elfMask}`;

let ino = 0;

/** What the kernel shows of a line. */
function entry(line: string, enabled = true): Entry {
  const read = parseLine(line);
  assert.ok(read.ok, line);
  ino += 1;
  return { ...read.registration, enabled, unknown: [], id: { dev: 1, ino, ctimeMs: 0 } };
}

function signs(given: Partial<OwnerSigns> = {}): OwnerSigns {
  return { declared: new Map(), ours: () => null, files: null, kernelRelease: '6.12.0', ...given };
}

function declare(line: string, by: DeclaredLine['by'] = 'systemd-binfmt'): OwnerSigns['declared'] {
  const read = parseLine(line);
  assert.ok(read.ok, line);
  const { registration } = read;
  const { name, interpreter } = registration;
  return new Map([[name, [{ by, where: '/usr/lib/binfmt.d/x.conf:1', name, interpreter, registration }]]]);
}

function draw(entries: readonly Entry[], given: Partial<OwnerSigns> = {}) {
  return drawEntries({ entries, signs: signs(given), proved: new Map(), found: new Map() });
}

describe('who registered an entry', () => {
  const debian = `:qemu-aarch64:${arm64}:/usr/libexec/qemu-binfmt/aarch64-binfmt-P:OPF`;
  const cases: readonly [what: string, line: string, kind: string, given?: Partial<OwnerSigns>][] = [
    ['the very line that a file declares', debian, 'systemd-binfmt', { declared: declare(debian) }],
    ['a line that nobody declares', debian, 'unknown'],
    [
      'another interpreter than the file declares',
      `:qemu-aarch64:${arm64}:/opt/qemu:OPF`,
      'unknown',
      { declared: declare(debian) },
    ],
    [
      'a detector of binfmt-support',
      ':jar:M::PK\\x03\\x04::/usr/lib/binfmt-support/run-detectors:',
      'binfmt-support',
    ],
    ['the line of tonistiigi', `:qemu-aarch64:${arm64}:/usr/bin/qemu-aarch64:CF`, 'tonistiigi'],
    [
      'the same on Docker Desktop',
      `:qemu-aarch64:${arm64}:/usr/bin/qemu-aarch64:CF`,
      'docker',
      { kernelRelease: '6.10.14-linuxkit' },
    ],
    [
      'the same where that file lies here',
      `:qemu-aarch64:${arm64}:/usr/bin/qemu-aarch64:CF`,
      'unknown',
      { files: new Set(['/usr/bin/qemu-aarch64']) },
    ],
    ['the line of multiarch', `:qemu-aarch64:${arm64}:/usr/bin/qemu-aarch64-static:F`, 'multiarch'],
    ['FEX', `:FEX-x86_64:${arm64}:/usr/bin/FEXInterpreter:POCF`, 'fex'],
    ['Rosetta', `:rosetta:${arm64}:/mnt/lima-rosetta/rosetta:OCF`, 'rosetta'],
    ['WSL', ':WSLInterop:M::MZ::/init:PF', 'wsl'],
    ['an own record', debian, 'ours', { ours: () => 'the keeper registered it' }],
  ];
  for (const [what, line, kind, given] of cases)
    test(what, () => {
      const [one] = draw([entry(line)], given);
      assert.equal(one?.owner.kind, kind);
      assert.notEqual(one?.owner.detail, '');
    });
});

describe('what an entry matches and serves', () => {
  test('platforms by their plain names; the first in the search order serves', () => {
    const [front, behind] = draw([
      entry(`:qemu-aarch64:${arm64}:/a:F`),
      entry(`:keeper-aarch64:${arm64}:/b:F`),
    ]);
    assert.deepEqual(front?.platforms, ['linux/arm64']);
    assert.deepEqual(front?.serves, ['linux/arm64']);
    assert.deepEqual(behind?.platforms, ['linux/arm64']);
    assert.deepEqual(behind?.serves, []);
  });

  test('a disabled one serves nothing, and hides nobody', () => {
    const [front, behind] = draw([
      entry(`:qemu-aarch64:${arm64}:/a:F`, false),
      entry(`:keeper-aarch64:${arm64}:/b:F`),
    ]);
    assert.equal(front?.state, 'disabled');
    assert.deepEqual(front?.serves, []);
    assert.deepEqual(behind?.serves, ['linux/arm64']);
  });

  test('as text', () => {
    const texts = draw([
      entry(':jar:E::jar::/usr/bin/jexec:'),
      entry(':wine:M::MZ::/usr/bin/wine:'),
      entry(':appimage:M:8:AI\\x02::/usr/bin/launcher:'),
    ]).map((one) => one.matches);
    assert.deepEqual(texts, ['.jar', '4d5a at 0', '414902 at 8']);
  });

  test('a type that this version does not know', () => {
    const odd = { ...entry(':odd:E::x::/x:'), matcher: null, unknown: ['bpf sched'] };
    assert.equal(draw([odd])[0]?.matches, 'something unknown (bpf sched)');
  });
});

describe('how an entry stands', () => {
  test('ok after a proof of this very registration, broken by an error', () => {
    const one = entry(':jar:E::jar::/usr/bin/jexec:');
    const proof = { verdict: 'verified', detail: '', at: 1, tookMs: 1 };
    const facts = { entries: [one], signs: signs(), proved: new Map(), found: new Map() };
    const key = identify(one);
    const proved = new Map([[key, { proof, version: '21' }]]);
    assert.equal(drawEntries(facts)[0]?.state, 'unverified');
    const [ok] = drawEntries({ ...facts, proved });
    assert.equal(ok?.state, 'ok');
    assert.equal(ok?.version, '21');
    const found = new Map([
      [key, [{ code: 'register-failed' as const, subject: 'jar', detail: 'it is gone' }]],
    ]);
    const [broken] = drawEntries({ ...facts, proved, found });
    assert.equal(broken?.state, 'broken');
    assert.equal(broken?.wrong[0]?.detail, 'it is gone');
  });
});

test('a bounded number is told, those that matter first', () => {
  const many = Array.from({ length: mostEntries + 10 }, (_, at) => entry(`:x${at}:E::x${at}::/x:`));
  const told = draw([...many, entry(`:qemu-aarch64:${arm64}:/a:F`)]);
  assert.equal(told.length, mostEntries);
  assert.equal(told.at(-1)?.name, 'qemu-aarch64');
});
