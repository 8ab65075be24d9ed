import { mostHeals } from '../../core/report/history-file.ts';
import type { HealReport } from '../../core/report/report.ts';

/** The last losses, those of earlier daemons on this boot included, and how many this one healed in all. */
export interface History {
  add(heal: HealReport): void;
  /** Since the start of this daemon, as `of`. */
  total(): number;
  recent(): readonly HealReport[];
  of(key: string): number;
}

/** A history that begins with what an earlier daemon left; `changed` is called with each heal. */
export function createHistory(before: readonly HealReport[], changed: () => void): History {
  const counts = new Map<string, number>();
  const recent = before.slice(-mostHeals);
  let total = 0;
  return {
    add(heal) {
      total += 1;
      counts.set(heal.key, (counts.get(heal.key) ?? 0) + 1);
      recent.push(heal);
      if (recent.length > mostHeals) recent.shift();
      changed();
    },
    total: () => total,
    recent: () => [...recent],
    of: (key) => counts.get(key) ?? 0,
  };
}
