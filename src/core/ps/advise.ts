import type { CgroupPlace } from './cgroup.ts';
import type { EmulatedProcess } from './process.ts';
import { adviceFor, nameOf, type Work, workOf } from './work.ts';

/** What one container, or whatever else holds processes together, spends on emulation. */
export interface Spending extends CgroupPlace {
  readonly platforms: readonly string[];
  readonly processes: number;
  /** Of those that run, and of children that they waited for: a compiler has ended before one can look. */
  readonly cpuMs: number;
  /** By program, the most expensive first. */
  readonly programs: readonly { readonly name: string; readonly count: number; readonly cpuMs: number }[];
  /** What would need less of it, for what costs most first. */
  readonly advice: readonly string[];
}

/** Sums CPU by container, the most expensive first. */
export function spendingOf(processes: readonly EmulatedProcess[]): readonly Spending[] {
  const groups = groupBy(processes, ({ container, pod, unit }) => JSON.stringify([container, pod, unit]));
  return [...groups.values()].map(sumOf).sort((a, b) => b.cpuMs - a.cpuMs);
}

function sumOf(group: readonly EmulatedProcess[]): Spending {
  const { container = null, runtime = null, pod = null, unit = null } = group[0] ?? {};
  const byName = groupBy(group, ({ command }) => nameOf(command[0] ?? '?'));
  const programs = [...byName]
    .map(([name, some]) => ({
      name,
      count: some.length,
      cpuMs: some.reduce((sum, one) => sum + one.cpuMs, 0),
    }))
    .sort((a, b) => b.cpuMs - a.cpuMs);
  return {
    ...{ container, runtime, pod, unit },
    platforms: [...new Set(group.flatMap(({ platform }) => (platform === null ? [] : [platform])))],
    processes: group.length,
    cpuMs: group.reduce((sum, { cpuMs, childCpuMs }) => sum + cpuMs + childCpuMs, 0),
    programs,
    advice: adviceOf(group),
  };
}

/** For each kind of work once; of what nothing is known only where nothing else is there. */
function adviceOf(group: readonly EmulatedProcess[]): readonly string[] {
  const spent = new Map<Work | 'other', { cpuMs: number; platform: string | null }>();
  for (const { command, cpuMs, childCpuMs, platform } of group) {
    const work = workOf(command);
    const before = spent.get(work)?.cpuMs ?? 0;
    spent.set(work, { cpuMs: before + cpuMs + childCpuMs, platform });
  }
  const known = [...spent].filter(([work]) => work !== 'other').sort(([, a], [, b]) => b.cpuMs - a.cpuMs);
  const told = known.length > 0 ? known : [...spent];
  return told.map(([work, { platform }]) => adviceFor(work, platform));
}

function groupBy(
  processes: readonly EmulatedProcess[],
  keyOf: (one: EmulatedProcess) => string,
): ReadonlyMap<string, readonly EmulatedProcess[]> {
  const groups = new Map<string, EmulatedProcess[]>();
  for (const one of processes) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}
