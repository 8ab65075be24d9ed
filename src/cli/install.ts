import type { Config } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import type { Context } from './context.ts';
import { oneShot } from './one-shot.ts';
import { render } from './print.ts';
import { reportTable } from './report-table.ts';

/** One pass: registers, verifies, prints what came of it, ends. 0 only when every required platform is verified. */
export function install(context: Context, config: Config): Promise<ExitCode> {
  return oneShot(context, config, { changes: true }, async ({ keeper }) => {
    await keeper.verifyAll();
    const report = keeper.report();
    context.out(render(report, context.format, () => reportTable(report)));
    const failed = report.problems.some((p) => p.severity === 'error');
    return report.ready && !failed ? exitCodes.ok : exitCodes.failed;
  });
}
