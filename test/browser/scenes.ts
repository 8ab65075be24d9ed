import { catalogue } from '../../src/core/platforms/catalogue.ts';
import type { HandlerReport, HealReport, Report } from '../../src/core/report/report.ts';
import { noTotals } from '../../src/core/report/totals.ts';
import { handlerLike, moment, problemsLike, reportLike } from '../cli/reports.ts';

const minute = 60_000;
const hour = 60 * minute;

/** What the page has to show well: the quiet day, the bad night, the edges. */
export const scenes: Readonly<Record<string, () => Report>> = {
  well: () => wholesome(),
  trouble: () => troubled(),
  many: () => crowded(),
  starting: () => starting(),
  empty: () => reportLike({ handlers: [], mounts: { main: 'absent', anchor: 'absent' } }),
  paused: () => ({
    ...wholesome(),
    paused: { since: moment - 4 * minute, until: moment + 26 * minute },
  }),
  standby: () =>
    reportLike({
      handlers: platforms().map((h) => ({
        ...h,
        state: 'unverified',
        probe: null,
        why: 'another keeper serves',
      })),
      problems: [{ code: 'locked-by-another', subject: '/run/binfmt-keeper', detail: 'held by process 812' }],
      mounts: { main: 'binfmt', anchor: 'binfmt' },
    }),
  hostile: () => hostile(),
};

/** Names as nobody decent would choose them. */
export const hostileNames = [
  '<img src=x onerror="window.owned=1">',
  '</script><script>window.owned=1</script>',
  `"'><svg onload=window.owned=1>`,
  'two\nlines\r\n\u001b[31mred\u009b2J',
  '\u00e2\u0080\u00aegnp.exe', // right-to-left override, as the bytes that it is inside
  '\u00d7\u00a9\u00d7\u009c\u00d7\u0095\u00d7\u009d', // Hebrew in UTF-8
  '\u00ff\u00fe no UTF-8',
  '&lt;b&gt;&amp;#x41;',
  'x'.repeat(255),
];

/** Eight platforms on a quiet day. */
export function wholesome(): Report {
  const lost = moment - 3 * hour - 12 * minute;
  const handlers = platforms().map((h, i) =>
    i < 2 ? { ...h, heals: 1, lostAt: lost, unavailableMs: 0.21 + i * 0.06 } : h,
  );
  const heals = handlers.slice(0, 2).map((h) => healLike(h, lost, 'missing', 'no entry', h.unavailableMs));
  return reportLike({
    daemon: { pid: 4711, since: moment - 52 * hour, command: 'binfmt-keeper' },
    handlers,
    leftOut: leftOut(),
    mounts: { main: 'binfmt', anchor: 'binfmt' },
    instance: { enabled: true, foreign: 3 },
    emulated: [
      { platform: 'linux/arm64', count: 14 },
      { platform: 'linux/s390x', count: 2 },
    ],
    totals: totals(),
    heals: { total: 2, recent: heals },
  });
}

/** Something overwrites the handlers, and QEMU was updated to something that does not start. */
function troubled(): Report {
  const base = wholesome();
  const change: Readonly<Record<number, Partial<HandlerReport>>> = {
    1: {
      state: 'unverified',
      why: 'killed: the interpreter ended by SIGSEGV',
      probe: {
        verdict: 'killed',
        detail: 'the interpreter ended by SIGSEGV',
        at: moment - 40_000,
        tookMs: 31,
      },
      lostAt: moment - 40_000,
      unavailableMs: 40_100,
    },
    4: {
      state: 'shadowed',
      why: 'qemu-ppc64le of somebody else stands in front',
      lostAt: moment - 3 * minute,
      unavailableMs: 180_000,
    },
    5: { state: 'missing', why: 'the kernel refused it: EINVAL', owner: 'none', flags: '', probe: null },
  };
  const handlers = base.handlers.map((h, i) => ({ ...h, ...change[i] }));
  const heals: HealReport[] = [];
  for (let i = 0; i < 40; i++)
    for (const h of handlers.slice(0, i % 5 === 0 ? 6 : 1))
      heals.push(
        healLike(
          h,
          moment - (41 - i) * 7 * minute,
          i % 3 === 0 ? 'disabled' : 'missing',
          'no entry',
          0.3 + i / 10,
        ),
      );
  return reportLike({
    ...base,
    handlers,
    problems: [
      { code: 'older-foreign', subject: 'qemu-arm', detail: 'version 5.2.0 serves, ours is 7.2.22' },
      {
        code: 'shadowed',
        subject: 'keeper-ppc64le',
        detail: 'qemu-ppc64le of somebody else stands in front',
      },
      { code: 'register-failed', subject: 'keeper-s390x', detail: 'register: Invalid argument (EINVAL)' },
      { code: 'probe-killed', subject: 'linux/arm', detail: 'the interpreter ended by SIGSEGV' },
      { code: 'main-covered', subject: '/proc/sys/fs/binfmt_misc', detail: 'a tmpfs is mounted over it' },
      { code: 'heal-storm', subject: 'aarch64', detail: '20 heals within 10 s' },
    ],
    mounts: { main: 'covered', anchor: 'binfmt' },
    totals: { ...totals(), flushes: 8, reload: { ok: false, goodAt: moment - 5 * hour } },
    emulated: null,
    heals: { total: 341, recent: heals.slice(-50) },
  });
}

/** All targets that there are, kept entries of others, and a problem of nearly every kind. */
function crowded(): Report {
  const handlers = catalogue.slice(0, 34).map((row, i) =>
    handlerLike({
      key: row.target,
      name: `keeper-${row.target}`,
      platforms: row.platforms,
      required: row.platforms.length > 0,
      ...(row.platforms.length > 0
        ? {}
        : { state: 'unverified' as const, why: 'there is no probe for it', probe: null }),
      ...(i % 7 === 3
        ? { state: 'missing' as const, why: 'no entry', probe: null, owner: 'none' as const }
        : {}),
    }),
  );
  return reportLike({
    handlers: [...handlers, keptLike('rosetta'), keptLike('WSLInterop')],
    leftOut: leftOut(),
    problems: problemsLike(42, 7).filter((p) => p.code !== 'locked-by-another'),
    mounts: { main: 'binfmt', anchor: 'absent' },
    instance: { enabled: true, foreign: 2 },
    totals: totals(),
    heals: { total: 0, recent: [] },
  });
}

function starting(): Report {
  return reportLike({
    daemon: { pid: 4711, since: moment - 150, command: 'binfmt-keeper' },
    handlers: platforms().map((h, i) =>
      i < 3 ? h : { ...h, state: 'unverified', why: 'the probe has not run yet', probe: null },
    ),
    mounts: { main: 'autofs', anchor: 'binfmt' },
  });
}

function hostile(): Report {
  return reportLike({
    version: hostileNames[0] ?? '',
    handlers: hostileNames.map((name) =>
      handlerLike({
        key: name,
        name,
        platforms: [name],
        interpreter: `/${name}`,
        why: name,
        version: name,
        flags: name,
        probe: { verdict: name, detail: name, at: moment, tookMs: 1 },
      }),
    ),
    leftOut: hostileNames.map((name) => ({ target: name, why: name, kind: 'not-kept' })),
    problems: hostileNames.map((name) => ({ code: 'name-taken' as const, subject: name, detail: name })),
    mounts: { main: hostileNames[0] ?? '', anchor: hostileNames[1] ?? '' },
    emulated: hostileNames.map((name) => ({ platform: name, count: 1 })),
    heals: {
      total: hostileNames.length,
      recent: hostileNames.map((name, i) => ({
        at: moment - i * 5000,
        key: name,
        name,
        reason: name,
        why: name,
        tookMs: 1,
      })),
    },
  });
}

function platforms(): HandlerReport[] {
  return catalogue
    .filter((row) => row.platforms.length > 0)
    .slice(0, 8)
    .map((row) => handlerLike({ key: row.target, name: `keeper-${row.target}`, platforms: row.platforms }));
}

function keptLike(name: string): HandlerReport {
  return handlerLike({
    key: name,
    name,
    platforms: [],
    state: 'unverified',
    why: 'kept as it is (adopted)',
    interpreter: `/opt/${name}/bin/run`,
    version: null,
    owner: 'foreign',
    required: false,
    probe: null,
  });
}

function healLike(h: HandlerReport, at: number, reason: string, why: string, tookMs: number): HealReport {
  return { at, key: h.key, name: h.name, reason, why, tookMs };
}

function leftOut(): Report['leftOut'] {
  return [
    { target: 'x86_64', why: 'the host runs it itself', kind: 'native' },
    { target: 'i386', why: 'the host runs it itself', kind: 'native' },
    ...['sparc64', 'hppa', 'm68k', 'microblaze'].map((target) => ({
      target,
      why: 'no interpreter was found',
      kind: 'no-emulator' as const,
    })),
  ];
}

function totals(): Report['totals'] {
  return {
    ...noTotals,
    flushes: 1,
    lastGoodPassAt: moment - 8000,
    reload: { ok: true, goodAt: moment - 52 * hour },
    process: { startedAt: moment - 52 * hour, cpuMs: 8120, residentBytes: 61_200_000, node: '24.11.0' },
  };
}
