import { type Config, runDirectory } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import type { Report } from '../core/report.ts';
import { createLookUp } from '../daemon/obtain.ts';
import { createMachine } from '../host/machine.ts';
import { askDaemon, watchReports } from './ask.ts';
import type { Context } from './context.ts';
import { oneShot, readReport } from './one-shot.ts';
import { render } from './print.ts';
import { withProgress } from './progress.ts';
import { reportTable } from './report-table.ts';
import { namedTargets, viaDaemon } from './via-daemon.ts';
import { type WatchedReport, watched, watchStatus } from './watch.ts';

/** Prints how things stand: the daemon's own report where one runs, else what can be seen without it. */
export async function status(context: Context, config: Config): Promise<ExitCode> {
  if (context.flags.watch === true) return watch(context, config);
  const reply = await askDaemon(runDirectory(config), { type: 'status' });
  if (reply?.type === 'report') return show(context, reply.report);
  const left = reply === null ? null : await readReport(await createMachine(), config);
  if (left !== null && reply?.type === 'error') {
    const code = show(context, left);
    // Only root may ask; what the daemon writes for everybody is as new.
    if (reply.code === 'no-permission') return code;
    context.err(
      `binfmt-keeper: this is what the daemon wrote last; it was asked: ${reply.code}: ${reply.detail}\n`,
    );
    return exitCodes.failed;
  }
  return oneShot(
    context,
    config,
    { changes: false, obtain: createLookUp, passive: true },
    async ({ keeper }) => show(context, { ...keeper.report(), daemon: null }),
  );
}

/** Runs the probes now, whoever registered what serves. */
export async function probe(context: Context, config: Config): Promise<ExitCode> {
  const answered = await viaDaemon(context, config, { type: 'probe', targets: namedTargets(context) });
  if (answered !== null) return answered;
  return oneShot(
    context,
    config,
    { changes: false, obtain: createLookUp, passive: true },
    async ({ keeper }) => {
      await withProgress(context, () => keeper.report().summary, keeper.verifyAll());
      return show(context, { ...keeper.report(), daemon: null });
    },
  );
}

/** The running daemon's reports, and between two daemons what can be seen without one. */
function watch(context: Context, config: Config): Promise<ExitCode> {
  const look = async (): Promise<WatchedReport> => {
    const seen: Report[] = [];
    const told: string[] = [];
    const quiet = { ...context, err: (text: string) => void told.push(text) };
    const exit = await oneShot(
      quiet,
      config,
      { changes: false, obtain: createLookUp, passive: true },
      async ({ keeper }) => {
        seen.push({ ...keeper.report(), daemon: null });
        return exitCodes.ok;
      },
    );
    const [report] = seen;
    return report === undefined ? { report: null, why: told.join(''), exit } : watched(report);
  };
  return watchStatus(context, { stream: (signal) => watchReports(runDirectory(config), signal), look });
}

function show(context: Context, report: Report): ExitCode {
  context.out(render(report, context.format, () => reportTable(report, context)));
  return report.ready ? exitCodes.ok : exitCodes.failed;
}
