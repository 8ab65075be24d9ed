import { type Asked, nothingAsked } from '../../core/config/asked.ts';
import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import type { Report } from '../../core/report/report.ts';
import { onlyTargets } from '../../core/report/report-only.ts';
import type { Targets } from '../../core/wire/control.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import { hostNameOf } from '../../host/mounts/host-path.ts';
import { createLookUp } from '../../keeper/prepare/obtain.ts';
import type { Obtain } from '../../keeper/prepare/ready-interpreter.ts';
import { askDaemon, watchReports } from '../ask/ask.ts';
import { tell } from '../ask/via-daemon.ts';
import { reportTable } from '../report/report-table.ts';
import { sandboxHint } from '../sandbox/hint.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { withProgress } from '../terminal/progress.ts';
import { type Held, type Manner, oneShot, readReport } from './one-shot.ts';
import { type WatchedReport, watched, watchStatus } from './watch.ts';

/** Prints how things stand: the daemon's own report where one runs, else what can be seen without it. */
export async function status(context: Context, config: Config, targets: Targets): Promise<ExitCode> {
  if (context.flags.watch === true) return watch(context, config, targets);
  const reply = await askDaemon(runDirectory(config), { type: 'status' });
  if (reply === null) context.err(sandboxHint('status'));
  if (reply?.type === 'report') return show(context, only(reply.report, targets));
  const left = reply === null ? null : await readReport(await createMachine(), config);
  if (left !== null && reply?.type === 'error') {
    const code = show(context, only(left, targets));
    // Only root may ask; what the daemon writes for everybody is as new.
    if (reply.code === 'no-permission') return code;
    context.err(
      `binfmt-keeper: this is what the daemon wrote last; it was asked: ${reply.code}: ${reply.detail}\n`,
    );
    return exitCodes.failed;
  }
  return looked(context, config, targets, async (held) =>
    show(context, only(await seen(context, held, targets), targets)),
  );
}

/** Where the instance cannot be seen, programs can still be run: another command does that. */
async function looked(
  context: Context,
  config: Config,
  targets: Targets,
  work: (held: Held) => Promise<ExitCode>,
): Promise<ExitCode> {
  let opened = false;
  const exit = await oneShot(context, config, looking(context, targets), (held) => {
    opened = true;
    return work(held);
  });
  const names = targets === 'all' || targets.length === 0 ? 'linux/arm64' : targets.join(' ');
  const command = `${context.here.command} witness ${names}`;
  if (!opened) context.err(`binfmt-keeper: to run a program all the same, without any right: ${command}\n`);
  return exit;
}

/** How things stand without a daemon: what is registered is proved, in a time that people wait for. */
export async function seen(
  { flags }: Pick<Context, 'flags'>,
  { keeper, machine }: Held,
  targets: Targets,
): Promise<Report> {
  const { clock } = machine;
  const proofs = flags['no-probe'] === true ? Promise.resolve() : keeper.verify(keysOf(targets));
  const late = new Promise<void>((resolve) => void clock.after(patienceMs, resolve, 'idle'));
  await Promise.all([keeper.refresh(), Promise.race([proofs, late])]);
  return { ...keeper.report(), daemon: null };
}

/** An emulator that hangs has longer for a `probe`. */
const patienceMs = 5000;

function keysOf(targets: Targets): readonly string[] | 'all' {
  return targets.length === 0 ? 'all' : targets;
}

/** Runs the probes now, whoever registered what serves. */
export async function probe(context: Context, config: Config, targets: Targets): Promise<ExitCode> {
  let said = 'asking the daemon';
  const asked = askDaemon(runDirectory(config), { type: 'probe', targets }, (text) => {
    said = text;
  });
  const reply = await withProgress(context, () => said, asked);
  if (reply?.type === 'report') return show(context, only(reply.report, targets));
  if (reply !== null) return tell(context, reply);
  context.err(sandboxHint('probe'));
  return looked(context, config, targets, async ({ keeper }) => {
    const proofs = Promise.all([keeper.refresh(), keeper.verify(keysOf(targets))]);
    await withProgress(context, () => keeper.report().summary, proofs);
    return show(context, only({ ...keeper.report(), daemon: null }, targets));
  });
}

/** Looks without a daemon, at what was named too where the configuration does not keep it. */
export function looking({ flags }: Pick<Context, 'flags'>, targets: Targets): Manner {
  const asked = (): Asked => ({ ...nothingAsked, added: targets === 'all' ? [] : targets });
  const obtain = (machine: Machine, config: Config): Obtain =>
    createLookUp(machine, config, hostNameOf(config.interpreters.store));
  const unasked = flags['no-probe'] === true ? 'leaves' : 'proves';
  return { does: 'look', obtain, passive: true, unasked, asked };
}

function only(report: Report, targets: Targets): Report {
  return targets === 'all' || targets.length === 0 ? report : onlyTargets(report, targets);
}

/** The running daemon's reports, and between two daemons what can be seen without one. */
function watch(context: Context, config: Config, targets: Targets): Promise<ExitCode> {
  const look = async (): Promise<WatchedReport> => {
    const reports: Report[] = [];
    const told: string[] = [];
    const quiet = { ...context, err: (text: string) => void told.push(text) };
    const exit = await oneShot(quiet, config, looking(context, targets), async (held) => {
      reports.push(await seen(context, held, targets));
      return exitCodes.ok;
    });
    const [report] = reports;
    return report === undefined ? { report: null, why: told.join(''), exit } : watched(only(report, targets));
  };
  async function* stream(signal: AbortSignal): AsyncGenerator<Report> {
    for await (const report of watchReports(runDirectory(config), signal)) yield only(report, targets);
  }
  return watchStatus(context, { stream, look });
}

function show(context: Context, report: Report): ExitCode {
  context.out(render(report, context.format, () => reportTable(report, context)));
  return report.ready ? exitCodes.ok : exitCodes.failed;
}
