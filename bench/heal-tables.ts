import type { Survival } from './measure/peers.ts';
import type { Results } from './results.ts';
import { cells, short, spread } from './setting/stats.ts';

/** A title, and rows of which the first is the head. */
export type Part = readonly [title: string, rows: string[][]];

/** What was measured of losses: how long they last, and what they cost others. */
export function healTables(results: Results): Part[] {
  return [
    ...latencyTables(results.latency),
    ...loggedTables(results.logged),
    ...lossTables(results.loss),
    ...comparedTables(results.compared),
    ...shellKeeperTables(results.shellKeeper),
    ...peersTables(results.peers),
    ...flushTables(results.flush),
    ...denseTables(results.dense),
    ...stormsTables(results.storms),
  ];
}

function latencyTables(latency: Results['latency']): Part[] {
  if (latency === null) return [];
  return [
    [
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
    ],
  ];
}

function loggedTables(logged: Results['logged']): Part[] {
  if (logged === null) return [];
  return [
    [
      'The same without the wake-ups of processes: from the event to the entry serving, as the daemon logs it, ms',
      [['fault', 'n', ...spread], ...logged.map((l) => [l.fault, String(l.ms.n), ...cells(l.ms)])],
    ],
  ];
}

function lossTables(loss: Results['loss']): Part[] {
  if (loss === null) return [];
  return [
    [
      'Execs lost with the keeper',
      [
        ['fault', 'times', 'execs', 'failed', 'arm64 execs', 'failed'],
        ...loss.losses.map((l) => [
          l.fault,
          ...[l.times, l.execs, l.failed, l.emulated, l.emulatedFailed].map(String),
        ]),
      ],
    ],
  ];
}

function comparedTables(compared: Results['compared']): Part[] {
  if (compared === null) return [];
  return [
    [
      'Execs lost within 2 s of one fault',
      [
        ['kept by', 'fault', 'execs', 'failed'],
        ...compared.map((c) => [c.system, c.fault, String(c.execs), String(c.failed)]),
      ],
    ],
  ];
}

function shellKeeperTables(shellKeeper: Results['shellKeeper']): Part[] {
  if (shellKeeper === null) return [];
  return [
    [
      'Heal latency of the `while sleep 1` keeper, one entry deleted, ms',
      [
        ['n', ...spread],
        [String(shellKeeper.n), ...cells(shellKeeper)],
      ],
    ],
  ];
}

function peersTables(peers: Results['peers']): Part[] {
  if (peers === null) return [];
  return [
    [
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
    ],
  ];
}

function flushTables(flush: Results['flush']): Part[] {
  if (flush === null) return [];
  return [
    [
      'After -1 to status: until handlers serve again, ms, from the event by the log, or from the write as another process sees it',
      [
        ['handlers', 'program', 'which', 'from', 'n', ...spread],
        ...flush.map((f) => [
          ...[String(f.handlers), f.program, f.which, f.from],
          ...[String(f.ms.n), ...cells(f.ms)],
        ]),
      ],
    ],
  ];
}

function denseTables(dense: Results['dense']): Part[] {
  if (dense === null) return [];
  return [
    [
      'Steps of a hundred small programs in a row, beside -1 to status',
      [
        ['handlers', 'program', 'flushes', 'steps', 'failed', 'execs', 'failed'],
        ...dense.map((d) => [
          ...[String(d.handlers), d.program, String(d.flushes)],
          ...[d.steps, d.failedSteps, d.execs, d.failed].map(String),
        ]),
      ],
    ],
  ];
}

function stormsTables(storms: Results['storms']): Part[] {
  if (storms === null) return [];
  return [
    [
      'Beside what others do: one entry deleted, write to seen, ms; and a daemon that heals nothing',
      [
        ['beside', 'n', ...spread, 'ratio', 'unhealed', '% of a core', 'wake-ups/s', 'reload'],
        ...storms.map((s) => [
          ...[s.beside, String(s.ms.n), ...cells(s.ms), short(s.ratio), String(s.unhealed)],
          ...[short(s.cpuPercent), short(s.wakeupsPerSecond), short(s.reloadMs)],
        ]),
      ],
    ],
  ];
}

function survivalCell({ execs, failed, survived }: Survival): string {
  return `${survived ? '' : 'LOST '}${failed}/${execs}`;
}
