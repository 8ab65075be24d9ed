import type { Config } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import type { Report } from '../core/report.ts';
import { createLookUp } from '../daemon/obtain.ts';
import { createMachine } from '../host/machine.ts';
import type { Context } from './context.ts';
import { oneShot, readReport } from './one-shot.ts';
import { render } from './print.ts';
import { reportTable } from './report-table.ts';

/** Prints how things stand: the daemon's own report where one runs, else what can be seen without it. */
export async function status(context: Context, config: Config): Promise<ExitCode> {
  const machine = await createMachine();
  const left = await readReport(machine, config);
  if (left?.daemon && machine.isAlive(left.daemon.pid)) return show(context, left);
  return oneShot(
    context,
    config,
    { changes: false, obtain: createLookUp, passive: true },
    async ({ keeper }) => show(context, { ...keeper.report(), daemon: null }),
  );
}

/** Runs the probes now, whoever registered what serves. */
export function probe(context: Context, config: Config): Promise<ExitCode> {
  return oneShot(
    context,
    config,
    { changes: false, obtain: createLookUp, passive: true },
    async ({ keeper }) => {
      await keeper.verifyAll();
      return show(context, { ...keeper.report(), daemon: null });
    },
  );
}

function show(context: Context, report: Report): ExitCode {
  context.out(render(report, context.format, () => reportTable(report)));
  return report.ready ? exitCodes.ok : exitCodes.failed;
}
