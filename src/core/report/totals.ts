/** How often a value was at most so large: one count for each bound and one for what is larger than all of them. */
export interface Histogram {
  /** Upper bounds in milliseconds, ascending. */
  readonly bounds: readonly number[];
  /** Not cumulative; one more than there are bounds. */
  readonly counts: readonly number[];
  /** Of all values, milliseconds. */
  readonly sum: number;
}

/** What made a look happen: something changed, time went by, or a configuration came into force. */
export type PassTrigger = (typeof passTriggers)[number];

/** All triggers, so that each can be counted from 0 on. */
export const passTriggers = ['configuration', 'event', 'timer'] as const;

/** What was counted since the start of the daemon; metrics are drawn from it. Handlers are named as their entries are. */
export interface Totals {
  /** `status` with the reason `status-zero` stands for the whole instance. */
  readonly heals: readonly { readonly handler: string; readonly reason: string; readonly count: number }[];
  /** From the event that told of a loss to the write after which the handler served again. */
  readonly healMs: Histogram;
  /** Repairs that the kernel refused, by errno. */
  readonly failures: readonly { readonly handler: string; readonly code: string; readonly count: number }[];
  /** How often all handlers were gone at once. */
  readonly flushes: number;
  readonly passes: readonly {
    readonly trigger: PassTrigger;
    readonly result: 'ok' | 'failed';
    readonly count: number;
  }[];
  /** Looks with the repairs that they led to, without the proofs that follow. */
  readonly passMs: Histogram;
  /** Unix time of the last pass that did all it had to, milliseconds. */
  readonly lastGoodPassAt: number | null;
  readonly probeMs: Histogram;
  /** Whether the configuration was right when it was read last, and when it was so (Unix milliseconds). */
  readonly reload: { readonly ok: boolean; readonly goodAt: number | null };
  /** The daemon's own process; null where none runs. */
  readonly process: ProcessFigures | null;
}

/** What a process has taken of the machine. */
export interface ProcessFigures {
  /** Version of Node. */
  readonly node: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** Few bounds each, since every one is a series on every node; those of heals are the budgets for one and for ten. */
export const noHistograms = {
  healMs: emptyHistogram([0.3, 1, 5, 10, 1000]),
  passMs: emptyHistogram([0.5, 2, 10, 50, 250]),
  probeMs: emptyHistogram([20, 50, 200, 1000, 10_000]),
} as const;

/** Of a keeper that has not done anything. */
export const noTotals: Totals = {
  heals: [],
  failures: [],
  flushes: 0,
  passes: passTriggers.flatMap((trigger) =>
    (['ok', 'failed'] as const).map((result) => ({ trigger, result, count: 0 })),
  ),
  ...noHistograms,
  lastGoodPassAt: null,
  reload: { ok: true, goodAt: null },
  process: null,
};

function emptyHistogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: [...bounds, 0].map(() => 0), sum: 0 };
}
