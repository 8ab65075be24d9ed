import type { Results } from './results.ts';
import { short } from './setting/stats.ts';

/** One budget of the design with what was measured. */
export interface Verdict {
  readonly what: string;
  readonly budget: string;
  readonly measured: string;
  readonly met: boolean;
}

/** Compares the results with the budgets; parts that were not run have none. */
export function judge(results: Results): Verdict[] {
  return [
    ...judgeLoss(results),
    ...judgeHeals(results),
    ...judgeOthers(results),
    ...judgeStart(results),
    ...judgeStarts(results.besideNode),
    ...judgeRest(results),
    ...judgeFlush(results),
    ...judgeBeside(results),
    ...judgePasses(results),
  ];
}

function judgeLoss({ loss }: Results): Verdict[] {
  const { verdicts, add } = collect();
  if (loss !== null) {
    const bad = loss.losses.filter((l) => !entryFaults.has(l.fault));
    const failed = sum(bad.map((l) => l.failed + l.emulatedFailed));
    const execs = sum(bad.map((l) => l.execs + l.emulated));
    add('exec failures: umounts, over-mounts, restart, crash', '0', `${failed} of ${execs}`, failed === 0);
  }
  return verdicts;
}

function judgeHeals({ latency, logged }: Results): Verdict[] {
  const { verdicts, add } = collect();
  const time = (fault: string, foreign: number) =>
    latency?.find((l) => l.fault === fault && l.foreign === foreign)?.ms;
  for (const [fault, median, p99] of [
    ['entry deleted', 0.3, 5],
    ['entry disabled', 0.3, 5],
    ['all cleared', 1, 10],
  ] as const) {
    const ms = time(fault, 0);
    const own = logged?.find((l) => l.fault === fault)?.ms;
    if (own !== undefined) {
      add(
        `heal, ${fault}: event to effective, median`,
        `≤ ${median} ms`,
        `${short(own.median)} ms`,
        own.median <= median,
      );
      add(`heal, ${fault}: event to effective, p99`, `≤ ${p99} ms`, `${short(own.p99)} ms`, own.p99 <= p99);
    }
    if (ms === undefined) continue;
    add(`heal, ${fault}: write to seen, p99`, `≤ ${p99} ms`, `${short(ms.p99)} ms`, ms.p99 <= p99);
    for (const foreign of [40, 1000]) {
      const ratio = (time(fault, foreign)?.median ?? Number.NaN) / ms.median;
      add(`heal, ${fault}: median, ${foreign} foreign to none`, '≤ 1.5', short(ratio), ratio <= 1.5);
    }
  }
  return verdicts;
}

function judgeOthers({ loss, standstill, others }: Results): Verdict[] {
  const { verdicts, add } = collect();
  if (standstill !== null) {
    const worst = Math.max(...standstill.map((s) => s.max), loss?.standstill ?? 0);
    add('longest standstill of the loop', '≤ 50 ms', `${short(worst)} ms`, worst <= 50);
  }
  if (others !== null) {
    const failed = sum(others.map((o) => o.failed));
    add(
      "others' resets that fail",
      '0 of 200',
      `${failed} of ${sum(others.map((o) => o.times))}`,
      failed === 0,
    );
  }
  return verdicts;
}

function judgeStart({ start }: Results): Verdict[] {
  const { verdicts, add } = collect();
  if (start !== null) {
    const { registered, verified } = start;
    add(
      'start to 8 registered: median',
      '≤ 150 ms',
      `${short(registered.median)} ms`,
      registered.median <= 150,
    );
    add('start to 8 verified: median', '≤ 500 ms', `${short(verified.median)} ms`, verified.median <= 500);
  }
  return verdicts;
}

function judgeRest({ rest, http }: Results): Verdict[] {
  const { verdicts, add } = collect();
  if (rest !== null) {
    add('memory, anonymous', '≤ 24 MB', `${short(rest.anonymousMb)} MB`, rest.anonymousMb <= 24);
    add('memory, RSS', '≤ 64 MB', `${short(rest.rssMb)} MB`, rest.rssMb <= 64);
    add('idle: processor', '≤ 0.1 %', `${short(rest.cpuPercent)} %`, rest.cpuPercent <= 0.1);
    add('idle: wake-ups', '≤ 2/s', `${short(rest.wakeupsPerSecond)}/s`, rest.wakeupsPerSecond <= 2);
  }
  const idle = http?.memory.find((m) => m.http === 'idle');
  if (idle !== undefined) {
    add(
      'memory at rest, HTTP on: anonymous',
      '≤ 18 MB',
      `${short(idle.anonymousMb)} MB`,
      idle.anonymousMb <= 18,
    );
    add('memory at rest, HTTP on: RSS', '≤ 60 MB', `${short(idle.rssMb)} MB`, idle.rssMb <= 60);
  }
  return verdicts;
}

function judgeFlush({ flush }: Results): Verdict[] {
  const { verdicts, add } = collect();
  for (const { handlers, program, which, from, ms } of flush ?? []) {
    const most = which === 'first' ? 0.2 : handlers <= 10 ? 0.4 : 0.9;
    if (program !== 'now' || from !== 'event' || (which === 'last' && handlers === 1)) continue;
    const what = `after a flush of ${handlers}: event to the ${which} effective, median`;
    add(what, `≤ ${most} ms`, `${short(ms.median)} ms`, ms.median <= most);
  }
  return verdicts;
}

function judgeBeside({ http, storms }: Results): Verdict[] {
  const { verdicts, add } = collect();
  for (const { beside, fault, ratio } of http?.ratios ?? [])
    add(`heal, ${fault}: median, beside ${beside} to none`, '≤ 1.1', short(ratio), ratio <= 1.1);
  for (const { beside, ratio, cpuPercent } of storms ?? []) {
    add(`heal, entry deleted: median, beside ${beside} to none`, '≤ 1.5', short(ratio), ratio <= 1.5);
    if (!/mount/.test(beside)) continue;
    add(`processor, beside ${beside}`, '≤ 5 %', `${short(cpuPercent)} %`, cpuPercent <= 5);
  }
  return verdicts;
}

function judgePasses({ passes }: Results): Verdict[] {
  const { verdicts, add } = collect();
  const most = passes?.find((p) => p.handlers === 200 && p.foreign === 1000);
  if (most !== undefined) {
    const worst = Math.max(most.first, most.nothingToDo.max, most.afterOneLoss.max);
    add('200 handlers, 1000 foreign: longest pass', '≤ 50 ms', `${short(worst)} ms`, worst <= 50);
  }
  return verdicts;
}

/** Where the verdicts of one part come together. */
function collect() {
  const verdicts: Verdict[] = [];
  const add = (what: string, budget: string, measured: string, met: boolean): void => {
    verdicts.push({ what, budget, measured, met });
  };
  return { verdicts, add };
}

function judgeStarts(besideNode: Results['besideNode']): Verdict[] {
  return (besideNode?.figures ?? []).flatMap(({ who, what, ratio }) => {
    const most = who === 'now' ? startBudgets[what] : undefined;
    if (most === undefined) return [];
    const named = `start, ${what}: median to node -e 0`;
    return [{ what: named, budget: `≤ ${most}`, measured: short(ratio), met: ratio <= most }];
  });
}

/** As many times as `node -e 0` takes. */
const startBudgets: Readonly<Record<string, number>> = {
  '--version': 1.6,
  install: 3,
  '--install': 3,
  'run: registered': 3,
  'run: verified': 4.5,
};

const entryFaults = new Set(['entry deleted', 'all cleared']);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
