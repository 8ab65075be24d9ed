import type { Verdict } from './budgets.ts';
import { healTables, type Part } from './heal-tables.ts';
import type { Results } from './results.ts';
import { cells, short, spread, table } from './setting/stats.ts';

/** Everything that was measured, for people. */
export function tables(results: Results, budgets: readonly Verdict[]): string {
  const parts: readonly Part[] = [
    ...healTables(results),
    ...othersTables(results.others),
    ...standstillTables(results.standstill),
    ...startTables(results.start),
    ...besideNodeTables(results.besideNode),
    ...httpTables(results.http),
    ...restTables(results.rest),
    ...passesTables(results.passes),
    budgetTable(budgets),
  ];
  const conditions = Object.entries(results.conditions).map(([key, value]) => `${key}: ${value}`);
  return [conditions.join(', '), ...parts.map(([title, rows]) => `${title}\n${table(rows)}`)].join('\n\n');
}

function budgetTable(budgets: readonly Verdict[]): Part {
  const head = ['what', 'budget', 'measured', ''];
  return ['Budgets', [head, ...budgets.map((b) => [b.what, b.budget, b.measured, b.met ? 'met' : 'MISSED'])]];
}

function othersTables(others: Results['others']): Part[] {
  if (others === null) return [];
  return [
    [
      "Other tools' work while the keeper heals",
      [['tool', 'times', 'failed'], ...others.map((o) => [o.tool, String(o.times), String(o.failed)])],
    ],
  ];
}

function standstillTables(standstill: Results['standstill']): Part[] {
  if (standstill === null) return [];
  return [
    [
      'The loop stands still, ms',
      [['condition', 'p99', 'max'], ...standstill.map((s) => [s.condition, short(s.p99), short(s.max)])],
    ],
  ];
}

function startTables(start: Results['start']): Part[] {
  if (start === null) return [];
  return [
    [
      'From spawn, 8 platforms, warm store, ms',
      [
        ['until', 'n', ...spread],
        ['registered', String(start.registered.n), ...cells(start.registered)],
        ['verified', String(start.verified.n), ...cells(start.verified)],
      ],
    ],
  ];
}

function besideNodeTables(besideNode: Results['besideNode']): Part[] {
  if (besideNode === null) return [];
  return [
    [
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
    ],
  ];
}

function httpTables(http: Results['http']): Part[] {
  if (http === null) return [];
  return [
    [
      'Memory by what HTTP does, MB',
      [
        ['HTTP', 'anonymous', 'RSS'],
        ...http.memory.map((m) => [m.http, short(m.anonymousMb), short(m.rssMb)]),
      ],
    ],
    [
      'The loop stands still beside HTTP clients, ms',
      [['clients', 'p99', 'max'], ...http.standstill.map((s) => [s.beside, short(s.p99), short(s.max)])],
    ],
    [
      'Heal latency beside HTTP clients, ms: write to seen, and event to effective as the daemon logs it',
      [
        ['fault', 'beside', 'n', ...spread, 'logged median', 'p99'],
        ...http.latency.map((l) => [
          ...[l.fault, l.beside, String(l.ms.n)],
          ...[...cells(l.ms), short(l.logged.median), short(l.logged.p99)],
        ]),
      ],
    ],
  ];
}

function restTables(rest: Results['rest']): Part[] {
  if (rest === null) return [];
  return [
    [
      'At rest',
      [
        ['anonymous MB', 'RSS MB', '% of a core', 'wake-ups/s'],
        [rest.anonymousMb, rest.rssMb, rest.cpuPercent, rest.wakeupsPerSecond].map(short),
      ],
    ],
  ];
}

function passesTables(passes: Results['passes']): Part[] {
  if (passes === null) return [];
  return [
    [
      'One full pass, ms',
      [
        ['handlers', 'foreign', 'first', 'idle median', 'max', 'one lost median', 'max'],
        ...passes.map((p) =>
          [p.handlers, p.foreign, p.first, p.nothingToDo.median, p.nothingToDo.max]
            .concat(p.afterOneLoss.median, p.afterOneLoss.max)
            .map(short),
        ),
      ],
    ],
  ];
}
