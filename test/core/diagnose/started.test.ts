import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ElfBinary } from '../../../src/core/binary/elf-facts.ts';
import { identify } from '../../../src/core/binary/identify.ts';
import type { Explanation } from '../../../src/core/diagnose/explanation.ts';
import { judgeStarted, type StartedFacts } from '../../../src/core/diagnose/started.ts';
import { parseUserland } from '../../../src/core/diagnose/userland.ts';
import type { Where } from '../../../src/core/diagnose/where.ts';
import { elfHeader } from '../../../src/core/kernel/elf.ts';

/** What this host cannot be made to be: another CPU, an old kernel, SELinux, a userland that is not out yet. */
const native = { machine: 62, class: 64, data: 'little', sibling: null } as const;
const where: Where = {
  state: { native, entries: [], enabled: true },
  ...{ host: 'linux/amd64', main: '/m', unseen: null, isPrivate: false, root: '/' },
};

function elfAt(machine: number, isaLevel: ElfBinary['notes']['isaLevel']): ElfBinary {
  const head = elfHeader({ class: 64, data: 'little', machine, phnum: 1 });
  const what = identify(head, { size: 4096 });
  assert.equal(what.kind, 'elf');
  return { ...what, form: 'executable', missing: 0, notes: { ...what.notes, isaLevel } };
}

function facts(given: Partial<StartedFacts>, isaLevel: ElfBinary['notes']['isaLevel'] = null): StartedFacts {
  const what = elfAt(62, isaLevel);
  const head = elfHeader({ class: 64, data: 'little', machine: 62 });
  const file = { kind: 'file', at: '/app', type: 'regular', mode: 0o755, size: 4096, barred: null } as const;
  return {
    program: { ...file, nosuid: null, head, what, elf: null },
    ...{
      lacksLoader: null,
      lacksProgram: null,
      interpreterLoader: null,
      libraries: [],
      cpuLevel: null,
      kernel: null,
      proof: null,
    },
    ...{ access: null, userland: null },
    ...given,
  };
}

const verified = (version: string | null) =>
  ({ kind: 'verified', interpreter: '/usr/bin/qemu-x86_64', tookMs: 1, version }) as const;

function explanation(flags: string | null): Explanation {
  const entry = flags === null ? null : { name: 'one', interpreter: '/usr/bin/qemu-x86_64', flags };
  return {
    ...{ file: '/app', what: null, platform: 'linux/amd64', way: [], entry, others: [], remarks: [] },
    verdict:
      entry === null
        ? { kind: 'native' }
        : { kind: 'emulated', by: entry, proof: { kind: 'none', why: 'it was not asked' } },
  };
}

function codes(one: Explanation, given: StartedFacts): readonly string[] {
  const { verdict, remarks } = judgeStarted(one, given, where);
  return [verdict.kind === 'fails' ? verdict.cause.code : verdict.kind, ...remarks.map((r) => r.code)];
}

test('a program for a newer CPU than there is does not run', () => {
  assert.deepEqual(codes(explanation(null), facts({ cpuLevel: 2 }, 3)), ['cpu-level']);
  assert.deepEqual(codes(explanation(null), facts({ cpuLevel: 3 }, 3)), ['native']);
  assert.deepEqual(codes(explanation(null), facts({ cpuLevel: 1 }, null)), ['native']);
});

test('QEMU has level 3 since 7.2, and no level 4', () => {
  assert.deepEqual(codes(explanation('F'), facts({ proof: verified('7.1.0') }, 3)), ['cpu-level']);
  assert.deepEqual(codes(explanation('F'), facts({ proof: verified('7.2.22') }, 3)), ['emulated']);
  assert.deepEqual(codes(explanation('F'), facts({ proof: verified(null) }, 3)), ['emulated']);
  assert.deepEqual(codes(explanation('F'), facts({ proof: verified('11.1.0') }, 4)), ['cpu-level']);
});

test('P is known to interpreters since Linux 5.12', () => {
  const old = { kernel: { major: 5, minor: 10, patch: 0 } };
  assert.deepEqual(codes(explanation('PF'), facts(old)), ['emulated', 'entry-flag-kernel']);
  assert.deepEqual(codes(explanation('F'), facts(old)), ['emulated']);
  assert.deepEqual(codes(explanation('PF'), facts({ kernel: { major: 5, minor: 12, patch: 0 } })), [
    'emulated',
  ]);
});

test('an interpreter that is pinned and asks for a loader is told, since containers lack that', () => {
  const interpreterLoader = '/lib64/ld-linux-x86-64.so.2';
  assert.deepEqual(codes(explanation('F'), facts({ interpreterLoader })), [
    'emulated',
    'entry-interpreter-dynamic',
  ]);
  assert.deepEqual(codes(explanation(''), facts({ interpreterLoader })), [
    'emulated',
    'entry-interpreter-unpinned',
  ]);
});

test('a label that keeps containers out is told, and the program runs here', () => {
  const access = { verdict: 'may-not', detail: 'it is labelled var_lib_t' } as const;
  assert.deepEqual(codes(explanation('F'), facts({ access })), ['emulated', 'interpreter-label']);
});

test('an emulator that is older than the userland needs is told with the version that it needs', () => {
  const userland = parseUserland('NAME="Ubuntu"\nVERSION_ID="26.04"\nID=ubuntu\n');
  assert.deepEqual(userland, { id: 'ubuntu', version: '26.04' });
  assert.deepEqual(codes(explanation('F'), facts({ userland, proof: verified('7.2.22') })), [
    'emulated',
    'emulator-old',
  ]);
  assert.deepEqual(codes(explanation('F'), facts({ userland, proof: verified('9.2.0') })), ['emulated']);
  const older = parseUserland('ID=ubuntu\nVERSION_ID="24.04"\n');
  assert.deepEqual(codes(explanation('F'), facts({ userland: older, proof: verified('7.2.22') })), [
    'emulated',
  ]);
});

test('a program that is denied by policy is no defect of the emulator', () => {
  const proof = { kind: 'failed', denied: true, detail: 'Permission denied' } as const;
  assert.deepEqual(codes(explanation('F'), facts({ proof })), ['file-policy']);
  assert.deepEqual(codes(explanation('F'), facts({ proof: { ...proof, denied: false } })), [
    'emulation-fails',
  ]);
});
