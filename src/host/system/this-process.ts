import type { ProcessFigures } from '../../core/report/totals.ts';

/** This process, as it tells of itself in reports. */
export interface ThisProcess {
  readonly pid: number;
  /** What it has taken so far. */
  readonly figures: () => ProcessFigures;
}

export const thisProcess = (): ThisProcess => ({ pid: process.pid, figures: processFigures });

function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  const startedAt = Math.round(performance.timeOrigin);
  return {
    node: process.versions.node,
    startedAt,
    cpuMs: (user + system) / 1000,
    residentBytes: process.memoryUsage.rss(),
  };
}
