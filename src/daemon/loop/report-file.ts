import { merged } from '../../core/merged.ts';
import type { Report } from '../../core/report/report.ts';
import { escapeControls } from '../../core/text/escape.ts';
import type { RunReads, RunWrites } from '../../host/files/facet.ts';
import type { Processes } from '../../host/system/facet.ts';

/** Name of the report in the run directory. */
const reportName = 'report.json';

/**
 * Publishes the report as a file in the run directory, at most ten times a second, so that `status` sees what only
 * the daemon knows: probes, heals, problems. One write at a time, or an older report could come to lie over a newer
 * one and stay there until something changes again.
 */
export function createReportFile(
  machine: RunWrites,
  dir: string,
  report: () => Report | null,
  failed: (why: string | null) => void,
): { readonly changed: () => void; readonly close: () => void } {
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  const write = merged(async () => {
    const current = report();
    if (current === null || closed) return;
    const text = escapeControls(JSON.stringify(current));
    const outcome = await machine.saveFile(dir, reportName, `${text}\n`, 0o644);
    failed(outcome.ok ? null : `cannot be written: ${outcome.message}`);
  });
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

/**
 * The keeper that holds the lock, as the end of a sentence: by its report where its run directory is ours too; `older`
 * where one of an older version was recognized.
 */
export async function nameHolder(
  machine: RunReads & Processes,
  dir: string,
  older: string | null,
): Promise<string> {
  if (older !== null) return `held by ${older}`;
  const trusted = await machine.inspectRunDirectory(dir);
  const pid = trusted.ok ? pidOf(await machine.readFile(`${dir}/${reportName}`)) : null;
  return pid !== null && machine.isAlive(pid)
    ? `held by pid ${pid}`
    : `held by a keeper whose run directory is not visible here (${dir} is not its own): look in other containers`;
}

function pidOf(text: string | null): number | null {
  try {
    const pid: unknown = JSON.parse(text ?? '')?.daemon?.pid;
    return typeof pid === 'number' && Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
