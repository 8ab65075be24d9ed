import type { Report } from '../core/report.ts';
import type { Machine } from '../host/machine.ts';

/** Name of the report in the run directory. */
const reportName = 'report.json';

/**
 * Publishes the report as a file in the run directory, at most ten times a second, so that `status` sees what only
 * the daemon knows: probes, heals, problems.
 */
export function createReportFile(
  machine: Machine,
  dir: string,
  report: () => Report | null,
): { readonly changed: () => void; readonly close: () => void } {
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  const write = async (): Promise<void> => {
    const current = report();
    if (current !== null) await machine.saveFile(dir, reportName, `${JSON.stringify(current)}\n`, 0o644);
  };
  return {
    changed() {
      if (timer !== null || closed) return;
      timer = setTimeout(() => {
        timer = null;
        void write();
      }, 100);
    },
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
