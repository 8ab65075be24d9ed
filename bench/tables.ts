import type { Verdict } from './budgets.ts';
import type { Survival } from './peers.ts';
import type { Results } from './results.ts';
import { type Summary, short, table } from './stats.ts';

/** Everything that was measured, for people. */
export function tables(results: Results, budgets: readonly Verdict[]): string {
  const {
    latency,
    loss,
    standstill,
    others,
    start,
    besideNode,
    rest,
    passes,
    compared,
    shellKeeper,
    peers,
    logged,
    http,
    storms,
    flush,
    dense,
  } = results;
  const parts: [string, string[][]][] = [];
  if (latency !== null)
    parts.push([
      'Heal latency, ms, from the return of the write that is the fault to the entries serving again',
      [
        ['fault', 'foreign', 'n', ...spread, 'ratio', 'write itself', 'unhealed'],
        ...latency.map((l) => {
          const none = latency.find((o) => o.fault === l.fault && o.foreign === 0)?.ms.median ?? Number.NaN;
          const ratio = short(l.ms.median / none);
          return [
            l.fault,
            String(l.foreign),
            String(l.ms.n),
            ...cells(l.ms),
            ratio,
            short(l.write.median),
            String(l.unhealed),
          ];
        }),
      ],
    ]);
  if (logged !== null)
    parts.push([
      'The same without the wake-ups of processes: from the event to the entry serving, as the daemon logs it, ms',
      [['fault', 'n', ...spread], ...logged.map((l) => [l.fault, String(l.ms.n), ...cells(l.ms)])],
    ]);
  if (loss !== null)
    parts.push([
      'Execs lost with the keeper',
      [
        ['fault', 'times', 'execs', 'failed', 'arm64 execs', 'failed'],
        ...loss.losses.map((l) => [
          l.fault,
          ...[l.times, l.execs, l.failed, l.emulated, l.emulatedFailed].map(String),
        ]),
      ],
    ]);
  if (compared !== null)
    parts.push([
      'Execs lost within 2 s of one fault',
      [
        ['kept by', 'fault', 'execs', 'failed'],
        ...compared.map((c) => [c.system, c.fault, String(c.execs), String(c.failed)]),
      ],
    ]);
  if (shellKeeper !== null)
    parts.push([
      'Heal latency of the `while sleep 1` keeper, one entry deleted, ms',
      [
        ['n', ...spread],
        [String(shellKeeper.n), ...cells(shellKeeper)],
      ],
    ]);
  if (peers !== null) {
    parts.push([
      'Others who register, eight handlers: time, ms, and what an arm64 program saw in 3 s after each fault (failed/execs)',
      [
        ['who', 'register median', ...(peers[0]?.faults ?? []).map((f) => f.fault)],
        ...peers.map((p) => [
          p.name,
          ...(p.register === null
            ? [p.absent ?? '-']
            : [short(p.register.median), ...p.faults.map(survivalCell)]),
        ]),
      ],
    ]);
  }
  if (others !== null)
    parts.push([
      "Other tools' work while the keeper heals",
      [['tool', 'times', 'failed'], ...others.map((o) => [o.tool, String(o.times), String(o.failed)])],
    ]);
  if (standstill !== null)
    parts.push([
      'The loop stands still, ms',
      [['condition', 'p99', 'max'], ...standstill.map((s) => [s.condition, short(s.p99), short(s.max)])],
    ]);
  if (start !== null)
    parts.push([
      'From spawn, 8 platforms, warm store, ms',
      [
        ['until', 'n', ...spread],
        ['registered', String(start.registered.n), ...cells(start.registered)],
        ['verified', String(start.verified.n), ...cells(start.verified)],
      ],
    ]);
  if (besideNode !== null)
    parts.push([
      `Starts beside Node alone, ms from the spawn${besideNode.absent === null ? '' : ` (${besideNode.absent})`}`,
      [
        ['who, what', 'n', ...spread, 'to node -e 0'],
        ...besideNode.figures.map(({ who, what, ms, ratio }) => [
          `${who} ${what}`,
          String(ms.n),
          ...cells(ms),
          short(ratio),
        ]),
      ],
    ]);
  if (http !== null) {
    parts.push([
      'Memory by what HTTP does, MB',
      [
        ['HTTP', 'anonymous', 'RSS'],
        ...http.memory.map((m) => [m.http, short(m.anonymousMb), short(m.rssMb)]),
      ],
    ]);
    parts.push([
      'The loop stands still beside HTTP clients, ms',
      [['clients', 'p99', 'max'], ...http.standstill.map((s) => [s.beside, short(s.p99), short(s.max)])],
    ]);
    parts.push([
      'Heal latency beside HTTP clients, ms: write to seen, and event to effective as the daemon logs it',
      [
        ['fault', 'beside', 'n', ...spread, 'logged median', 'p99'],
        ...http.latency.map((l) => [
          ...[l.fault, l.beside, String(l.ms.n)],
          ...[...cells(l.ms), short(l.logged.median), short(l.logged.p99)],
        ]),
      ],
    ]);
  }
  if (flush !== null)
    parts.push([
      'After -1 to status: until handlers serve again, ms, from the event by the log, or from the write as another process sees it',
      [
        ['handlers', 'program', 'which', 'from', 'n', ...spread],
        ...flush.map((f) => [
          ...[String(f.handlers), f.program, f.which, f.from],
          ...[String(f.ms.n), ...cells(f.ms)],
        ]),
      ],
    ]);
  if (dense !== null)
    parts.push([
      'Steps of a hundred small programs in a row, beside -1 to status',
      [
        ['handlers', 'program', 'flushes', 'steps', 'failed', 'execs', 'failed'],
        ...dense.map((d) => [
          ...[String(d.handlers), d.program, String(d.flushes)],
          ...[d.steps, d.failedSteps, d.execs, d.failed].map(String),
        ]),
      ],
    ]);
  if (storms !== null)
    parts.push([
      'Beside what others do: one entry deleted, write to seen, ms; and a daemon that heals nothing',
      [
        ['beside', 'n', ...spread, 'ratio', 'unhealed', '% of a core', 'wake-ups/s', 'reload'],
        ...storms.map((s) => [
          ...[s.beside, String(s.ms.n), ...cells(s.ms), short(s.ratio), String(s.unhealed)],
          ...[short(s.cpuPercent), short(s.wakeupsPerSecond), short(s.reloadMs)],
        ]),
      ],
    ]);
  if (rest !== null)
    parts.push([
      'At rest',
      [
        ['anonymous MB', 'RSS MB', '% of a core', 'wake-ups/s'],
        [rest.anonymousMb, rest.rssMb, rest.cpuPercent, rest.wakeupsPerSecond].map(short),
      ],
    ]);
  if (passes !== null)
    parts.push([
      'One full pass, ms',
      [
        ['handlers', 'foreign', 'first', 'idle median', 'max', 'one lost median', 'max'],
        ...passes.map((p) =>
          [p.handlers, p.foreign, p.first, p.nothingToDo.median, p.nothingToDo.max]
            .concat(p.afterOneLoss.median, p.afterOneLoss.max)
            .map(short),
        ),
      ],
    ]);
  parts.push([
    'Budgets',
    [
      ['what', 'budget', 'measured', ''],
      ...budgets.map((b) => [b.what, b.budget, b.measured, b.met ? 'met' : 'MISSED']),
    ],
  ]);
  const conditions = Object.entries(results.conditions).map(([key, value]) => `${key}: ${value}`);
  return [conditions.join(', '), ...parts.map(([title, rows]) => `${title}\n${table(rows)}`)].join('\n\n');
}

function survivalCell({ execs, failed, survived }: Survival): string {
  return `${survived ? '' : 'LOST '}${failed}/${execs}`;
}

const spread = ['median', 'p90', 'p99', 'max'];

function cells(summary: Summary): string[] {
  return [summary.median, summary.p90, summary.p99, summary.max].map(short);
}
