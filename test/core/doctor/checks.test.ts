import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { meaningsFile } from '../../../scripts/generate/meanings.ts';
import { checks } from '../../../src/core/doctor/checks.ts';
import { diagnose, exitOfDiagnosis } from '../../../src/core/doctor/diagnosis.ts';
import type { Facts } from '../../../src/core/doctor/facts/facts.ts';
import { safeRemedies } from '../../../src/core/doctor/remedies.ts';
import type { EntryReport } from '../../../src/core/entries/entry-report.ts';
import type { Mount } from '../../../src/core/kernel/mountinfo.ts';
import { usualHere } from '../../../src/core/text/typed.ts';
import { emptyReport } from '../../empty-report.ts';

const main = '/proc/sys/fs/binfmt_misc';
const mount: Mount = {
  ...{ id: 1, parent: 0, device: '0:40', root: '/', mountPoint: main, options: ['rw'], superOptions: ['rw'] },
  ...{ type: 'binfmt_misc', source: 'binfmt_misc', propagation: {} },
};
const entry: EntryReport = {
  ...{
    name: 'e',
    platforms: ['linux/arm64'],
    serves: ['linux/arm64'],
    matches: '',
    interpreter: '/q',
    flags: 'F',
  },
  ...{ enabled: true, owner: { kind: 'unknown', evidence: 'none', detail: '' }, version: null, state: 'ok' },
  ...{ wrong: [], probe: null },
};
const report = {
  ...emptyReport(),
  native: ['x86_64', 'i386'],
  instance: { enabled: true, foreign: 0 },
  problems: [],
  entries: [],
};
const well: Facts = {
  ...{ report, refusal: null, main, census: { sight: { whole: true }, processes: [], unread: 0 } },
  ...{
    kernel: { release: '6.18.44', build: '' },
    knowsBinfmt: true,
    initialUser: true,
    hostMounts: true,
    onHost: ['binfmt_misc'],
  },
  ...{
    mounts: [mount],
    mainOwner: 0,
    privileged: true,
    seccomp: 0,
    sysctls: {},
    hasHwcap3: false,
    present: new Set<string>(),
  },
  ...{ osRelease: '', systemdBinfmt: null, denials: [], loaders: new Map(), pinned: new Map() },
  store: { path: '/s', there: true, readOnly: false, noexec: false, freeBytes: 1e9 },
};

const owned = (kind: EntryReport['owner']['kind'], name = kind as string): EntryReport => ({
  ...entry,
  name,
  owner: { kind, evidence: 'line', detail: '' },
});
const withEntries = (...entries: EntryReport[]): Partial<Facts> => ({ report: { ...report, entries } });
const systemd = { active: 'active', load: 'loaded', enabled: 'static' };

/** What makes each code of doctor's own, and what it is about. */
const cases: readonly (readonly [code: string, subject: string, Partial<Facts>])[] = [
  ['no-kernel-support', 'binfmt_misc', { knowsBinfmt: false }],
  ['kernel-lacks-flag', 'P', { kernel: { release: '5.10.0-30-amd64', build: 'Debian 5.10.218-1' } }],
  ['kernel-lacks-flag', 'F', { kernel: { release: '4.4.0', build: '' } }],
  ['automount-untriggered', main, { mounts: [{ ...mount, type: 'autofs' }] }],
  ['no-host-mount', main, { onHost: [] }],
  ['main-covered', main, { mounts: [mount, { ...mount, type: 'tmpfs' }] }],
  [
    'status-guarded',
    `${main}/status`,
    { mounts: [mount, { ...mount, mountPoint: `${main}/status`, type: 'tmpfs' }] },
  ],
  ['read-only', main, { mounts: [{ ...mount, options: ['ro'] }] }],
  ['read-only', main, { mounts: [{ ...mount, superOptions: ['ro'] }] }],
  ['status-zero', 'status', { report: { ...report, instance: { enabled: false, foreign: 0 } } }],
  ['foreign-namespace', '', { initialUser: false, mounts: [] }],
  ['private-instance', main, { initialUser: false }],
  ['private-instance', main, { initialUser: false, mainOwner: 65534 }],
  ['entry-interpreter-dynamic', 'e', { ...withEntries(entry), loaders: new Map([['/q', '/lib/ld.so']]) }],
  ['entry-off', 'e', withEntries({ ...entry, enabled: false })],
  ['entry-duplicate', 'behind', withEntries(entry, { ...entry, name: 'behind' })],
  ['rosetta-auxv', 'rosetta', { ...withEntries(owned('rosetta')), hasHwcap3: true }],
  ['label-denied', 'kernel log', { denials: ['avc:  denied  { map } for qemu-aarch64'] }],
  ['interpreter-noexec', '/s', { store: { ...well.store, noexec: true } }],
  ['store-read-only', '/s', { store: { ...well.store, readOnly: true } }],
  ['store-full', '/s', { store: { ...well.store, freeBytes: 1000 } }],
  ['registrar-flushes', 'systemd-binfmt.service', { systemdBinfmt: systemd }],
  ['registrar-present', 'binfmt-support', { present: new Set(['/usr/sbin/update-binfmts']) }],
  ['registrar-present', 'tonistiigi/binfmt', withEntries(owned('tonistiigi'))],
  ['registrar-present', 'Docker Desktop', withEntries(owned('docker'))],
  ['registrar-present', 'multiarch', withEntries(owned('multiarch'))],
  ['registrar-present', 'FEX', withEntries(owned('fex', 'FEX-x86'), owned('fex', 'FEX-x86_64'))],
  ['registrar-present', 'Rosetta', withEntries(owned('rosetta'))],
  ['registrar-present', 'WSL', withEntries(owned('wsl', 'WSLInterop'))],
  ['registrar-present', 'WSL', { kernel: { release: '6.6.87.2-microsoft-standard-WSL2', build: '' } }],
  ['registrar-present', 'Docker Desktop', { kernel: { release: '6.10.14-linuxkit', build: '' } }],
  ['registrar-present', 'kind', { present: new Set(['/kind']) }],
  ['registrar-present', 'minikube', { osRelease: 'VARIANT="minikube"' }],
  ['registrar-present', 'box64', { present: new Set(['/usr/bin/box64']) }],
  ['native-narrow', 'i386', { report: { ...report, native: ['x86_64'] } }],
  ['native-narrow', 'arm', { report: { ...report, native: ['aarch64'] } }],
  ['shutdown-held', 'e', { ...withEntries(entry), pinned: new Map([['/q', '/var']]) }],
  ['filtered', 'seccomp', { seccomp: 2 }],
  [
    'user-namespaces-restricted',
    'user.max_user_namespaces',
    { sysctls: { 'user.max_user_namespaces': '0' } },
  ],
  [
    'user-namespaces-restricted',
    'kernel.apparmor_restrict_unprivileged_userns',
    { sysctls: { 'kernel.apparmor_restrict_unprivileged_userns': '1' } },
  ],
];

test('where all is well no check finds anything', () => {
  const diagnosis = diagnose(well, usualHere);
  assert.deepEqual(diagnosis.findings, []);
  assert.deepEqual(diagnosis.unseen, []);
  assert.equal(exitOfDiagnosis(diagnosis, well), 0);
});

for (const [code, subject, facts] of cases)
  test(`${code} is found at ${subject || 'this process'}: ${Object.keys(facts).join(', ')}`, () => {
    const { findings } = diagnose({ ...well, ...facts }, usualHere);
    assert.ok(
      findings.some((f) => f.code === code && f.subject === subject),
      JSON.stringify(findings.map((f) => [f.code, f.subject])),
    );
  });

test('each check is a file of its own with an id of its own, and each is run', () => {
  const room = new URL('../../../src/core/doctor/', import.meta.url);
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const made = files.filter((name) => /: Check = \{/.test(readFileSync(new URL(name, room), 'utf8')));
  assert.equal(checks.length, made.length);
  assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length);
});

test('a running keeper takes the sting out of systemd-binfmt, and a masked one does nothing', () => {
  const daemon = { pid: 1, since: 0, command: 'binfmt-keeper' };
  const of = (facts: Partial<Facts>): string[] =>
    diagnose({ ...well, ...facts }, usualHere).findings.map(({ code }) => code);
  assert.deepEqual(of({ systemdBinfmt: systemd, report: { ...report, daemon } }), ['registrar-present']);
  assert.deepEqual(of({ systemdBinfmt: { ...systemd, enabled: 'masked' } }), []);
});

test('what could not be seen is told, and decides the exit status', () => {
  const blind = { ...well, report: null, refusal: { code: 'no-permission', detail: 'EPERM' } } as const;
  assert.equal(exitOfDiagnosis(diagnose(blind, usualHere), blind), 3);
  assert.match(diagnose(blind, usualHere).unseen[0] ?? '', /^the entries of the instance: EPERM/);
  const contained = {
    ...well,
    report: null,
    refusal: { code: 'instance-missing', detail: 'not mounted' },
    hostMounts: false,
    onHost: null,
  } as const;
  assert.deepEqual(diagnose(contained, usualHere).findings, []);
  assert.match(diagnose(contained, usualHere).unseen[0] ?? '', /witness linux\/arm64$/);
  assert.equal(exitOfDiagnosis(diagnose(contained, usualHere), contained), 3);
  const missing = {
    ...well,
    report: null,
    refusal: { code: 'instance-missing', detail: 'not mounted' },
  } as const;
  assert.equal(exitOfDiagnosis(diagnose(missing, usualHere), missing), 1);
});

test('a cause hides what follows from it, the same is told once, and the gravest comes first', () => {
  const wrong = { code: 'status-zero', subject: 'status', detail: 'as the report says' } as const;
  const { findings } = diagnose(
    {
      ...well,
      knowsBinfmt: false,
      mounts: [],
      seccomp: 2,
      report: {
        ...report,
        instance: { enabled: false, foreign: 0 },
        entries: [{ ...entry, wrong: [wrong] }],
      },
    },
    usualHere,
  );
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['no-kernel-support', 'status-zero', 'filtered'],
  );
});

test('safe remedies mount, load and switch on; they never delete, and a strange path is quoted', () => {
  const all = cases.flatMap(([, , facts]) => diagnose({ ...well, ...facts }, usualHere).findings);
  for (const { command } of safeRemedies(all, main))
    assert.match(command, /^(modprobe binfmt_misc|ls \/|mount -t binfmt_misc binfmt_misc \/|echo 1 >\/)/);
  const [{ command } = { command: '' }] = safeRemedies(
    all.filter(({ code }) => code === 'status-zero'),
    "/m'; rm -rf /",
  );
  assert.equal(command, "echo 1 >'/m'\\''; rm -rf /'/status");
});

test('what doctor says of a code is what docs/problems.md says', () => {
  const file = new URL('../../../src/core/doctor/meanings.ts', import.meta.url);
  assert.equal(readFileSync(file, 'utf8'), meaningsFile());
});
