import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { problemCatalogue } from '../../core/problems.ts';
import type { Lasting } from '../../core/report/lasting.ts';
import type { Report } from '../../core/report/report.ts';
import { onlyTargets } from '../../core/report/report-only.ts';
import { namedTargets, viaDaemon } from '../ask/via-daemon.ts';
import { reportTable } from '../report/report-table.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { withProgress } from '../terminal/progress.ts';
import { daemonLasting } from './lasting-daemon.ts';
import { shoot } from './one-shot.ts';

/** One pass: registers, verifies, prints what came of it, ends. 0 only when all is verified and outlives this. */
export async function install(context: Context, config: Config): Promise<ExitCode> {
  const persist = context.flags.persist === true;
  const answered = await viaDaemon(context, config, { type: 'install', targets: namedTargets(context) });
  if (answered !== null) {
    const lasting = persist ? await daemonLasting(config) : null;
    if (lasting === null || lasting.lasts) return answered;
    context.err(`binfmt-keeper: --persist: ${lasting.why}\n  ${lasting.remedy}\n`);
    return exitCodes.failed;
  }
  const shot = await shoot(context, config, { does: 'install', persist }, async ({ keeper, probes }) => {
    const proofs = Promise.all([keeper.refresh(), keeper.verifyAll()]);
    await withProgress(context, () => keeper.report().summary, proofs);
    const report = keeper.report();
    const proven = report.handlers.find((h) => h.probe?.verdict === 'verified');
    const made = report.handlers.length > 0;
    return { result: report, made, proof: probes.get(proven?.key ?? '') ?? null };
  });
  if (!shot.ok) return shot.exit;
  const { result: report, lasting } = shot;
  // What is asked for in a sandbox is that it leaves nothing behind.
  const demanded = persist || context.flags.sandbox !== true;
  const told = { ...(demanded && lasting !== null ? tell(report, lasting, config) : report), daemon: null };
  const shown = onlyNamed(told, namedTargets(context));
  context.out(render(shown, context.format, () => reportTable(shown, context)));
  // Where the host runs all of it by itself, nothing was made that could last.
  const fades = demanded && report.handlers.length > 0 && lasting?.lasts !== true;
  const failed = told.problems.some((p) => p.severity === 'error') || fades;
  return told.ready && !failed ? exitCodes.ok : exitCodes.failed;
}

/** Whoever names platforms is told of these. */
function onlyNamed(report: Report, targets: readonly string[] | 'all'): Report {
  return targets === 'all' || targets.length === 0 ? report : onlyTargets(report, targets);
}

/** What does not last is a problem, whose remedy names the run directory that is configured. */
function tell(report: Report, lasting: Lasting, config: Config): Report {
  if (lasting.lasts) return { ...report, lasting };
  const { code, why, remedy } = lasting;
  const { title, severity } = problemCatalogue[code];
  const problem = { code, subject: config.mounts.anchor, detail: why, title, severity, remedy };
  return { ...report, lasting, problems: [...report.problems, problem] };
}
