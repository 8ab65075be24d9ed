import type { HealReport } from '../core/report.ts';

/** The last losses and how many there were in all, bounded in memory. */
export interface History {
  add(heal: HealReport): void;
  total(): number;
  recent(): readonly HealReport[];
  of(key: string): number;
}

const kept = 50;

/** An empty history. */
export function createHistory(): History {
  const counts = new Map<string, number>();
  let recent: HealReport[] = [];
  let total = 0;
  return {
    add(heal) {
      total += 1;
      counts.set(heal.key, (counts.get(heal.key) ?? 0) + 1);
      recent = [...recent.slice(1 - kept), heal];
    },
    total: () => total,
    recent: () => recent,
    of: (key) => counts.get(key) ?? 0,
  };
}
