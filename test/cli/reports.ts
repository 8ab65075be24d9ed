import { problemCatalogue } from '../../src/core/problems.ts';
import { composeReport, type HandlerReport, type Report } from '../../src/core/report/report.ts';
import { noTotals } from '../../src/core/report/totals.ts';

/** A moment at which all reports of tests are made, Unix ms. */
export const moment = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Text without escape sequences. */
export function stripped(text: string): string {
  const [first = '', ...rest] = text.split('\x1b');
  return first + rest.map((part) => part.replace(/^\[[\d;?]*[A-Za-z]/, '')).join('');
}

/** A handler as it is when all is well, but for what is given. */
export function handlerLike(given: Partial<HandlerReport> = {}): HandlerReport {
  const key = given.key ?? 'aarch64';
  return {
    key,
    platforms: [`linux/${key}`],
    name: `keeper-${key}`,
    state: 'ok',
    why: '',
    flags: 'POCF',
    interpreter: `/var/lib/binfmt-keeper/store/4f55e2e88dc05dc0/qemu-${key}`,
    version: '7.2.22',
    owner: 'keeper',
    entry: `keeper-${key}`,
    proof: 'probe',
    required: true,
    probe: { verdict: 'verified', detail: '', at: moment - 5000, tookMs: 12 },
    containers: { verdict: 'may', detail: 'no SELinux here', at: null },
    heals: 0,
    lostAt: null,
    unavailableMs: 0,
    ...given,
  };
}

/** A report of a daemon that has run for an hour. */
export function reportLike(given: Partial<Parameters<typeof composeReport>[0]> = {}): Report {
  return composeReport({
    version: '0.1.0',
    at: moment,
    daemon: { pid: 4711, since: moment - 3_600_000, command: 'binfmt-keeper' },
    paused: null,
    handlers: [handlerLike()],
    leftOut: [],
    native: ['x86_64', 'i386'],
    problems: [],
    mounts: { main: 'ours', anchor: 'ours' },
    instance: { enabled: true, foreign: 0 },
    entries: [],
    emulated: null,
    totals: noTotals,
    heals: { total: 0, recent: [] },
    ...given,
  });
}

/** Problems of different codes, `each` of every code. */
export function problemsLike(codes: number, each = 1): Parameters<typeof composeReport>[0]['problems'] {
  const all = Object.keys(problemCatalogue) as (keyof typeof problemCatalogue)[];
  const free = all.filter((code) => problemCatalogue[code].dependsOn === undefined);
  return free.slice(0, codes).flatMap((code) =>
    Array.from({ length: each }, (_, i) => ({
      code,
      subject: `subject-${i}`,
      detail: 'one was expected, another found',
    })),
  );
}
