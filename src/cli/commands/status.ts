import { type Asked, nothingAsked } from '../../core/config/asked.ts';
import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { resolvePlatform } from '../../core/platforms/platforms.ts';
import type { Report } from '../../core/report/report.ts';
import { onlyAsked, unknownNames } from '../../core/report/report-only.ts';
import { visible } from '../../core/text/visible.ts';
import type { Targets } from '../../core/wire/control.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import { hostNameOf } from '../../host/mounts/host-path.ts';
import { createLookUp } from '../../keeper/prepare/obtain.ts';
import type { Obtain } from '../../keeper/prepare/ready-interpreter.ts';
import { askDaemon, type Reply, watchReports } from '../ask/ask.ts';
import { tell } from '../ask/via-daemon.ts';
import { reportTable } from '../report/report-table.ts';
import { sandboxHint } from '../sandbox/hint.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { withProgress } from '../terminal/progress.ts';
import { type Held, type Manner, oneShot, readReport } from './one-shot.ts';
import { type WatchedReport, watched, watchStatus } from './watch.ts';

/** What somebody asks about. */
export interface Subjects {
  readonly targets: Targets;
  /** Words that are no platforms, byte strings: names of entries and own handlers, or mistakes. */
  readonly names: readonly string[];
  /** Why such a word means nothing, where no entry has that name. */
  readonly faultOf: (name: string) => string;
}

/** Nothing in particular. */
export const everything: Subjects = { targets: [], names: [], faultOf: () => '' };

/** Prints how things stand: the daemon's own report where one runs, else what can be seen without it. */
export async function status(context: Context, config: Config, subjects: Subjects): Promise<ExitCode> {
  if (context.flags.watch === true) return watch(context, config, subjects);
  const reply = await askDaemon(runDirectory(config), { type: 'status' });
  if (reply === null) context.err(sandboxHint('status'));
  if (reply?.type === 'report') return show(context, reply.report, subjects);
  const left = reply === null ? null : await readReport(await createMachine(), config);
  if (left !== null && reply?.type === 'error') {
    const code = show(context, left, subjects);
    // Only root may ask; what the daemon writes for everybody is as new.
    if (reply.code === 'no-permission') return code;
    context.err(
      `binfmt-keeper: this is what the daemon wrote last; it was asked: ${reply.code}: ${reply.detail}\n`,
    );
    return exitCodes.failed;
  }
  return looked(context, config, subjects, async (held) =>
    show(context, await seen(context, held, subjects), subjects),
  );
}

/** Where the instance cannot be seen, programs can still be run: another command does that. */
async function looked(
  context: Context,
  config: Config,
  subjects: Subjects,
  work: (held: Held) => Promise<ExitCode>,
): Promise<ExitCode> {
  let opened = false;
  const exit = await oneShot(context, config, looking(context, subjects), (held) => {
    opened = true;
    return work(held);
  });
  const { targets } = subjects;
  const names = targets === 'all' || targets.length === 0 ? 'linux/arm64' : targets.join(' ');
  const command = `${context.here.command} witness ${names}`;
  if (!opened) context.err(`binfmt-keeper: to run a program all the same, without any right: ${command}\n`);
  return exit;
}

/** How things stand without a daemon: what is registered is proved, in a time that people wait for. */
export async function seen(
  { flags }: Pick<Context, 'flags'>,
  { keeper, machine }: Held,
  subjects: Subjects,
): Promise<Report> {
  const { clock } = machine;
  const proofs =
    flags['no-probe'] === true ? Promise.resolve() : keeper.verify(keysOf(keeper.report(), subjects));
  const late = new Promise<void>((resolve) => void clock.after(patienceMs, resolve, 'idle'));
  await Promise.all([keeper.refresh(), Promise.race([proofs, late])]);
  return { ...keeper.report(), daemon: null };
}

/** An emulator that hangs has longer for a `probe`. */
const patienceMs = 5000;

/** What is to be proved: of an entry, the platforms that it serves. */
function keysOf(report: Report, { targets, names }: Subjects): readonly string[] | 'all' {
  if (targets === 'all' || targets.length + names.length === 0) return 'all';
  const served = report.entries.filter((e) => names.includes(e.name)).flatMap((e) => e.serves);
  return [...targets, ...names, ...served.flatMap((platform) => targetOf(platform) ?? [])];
}

function targetOf(platform: string): string | null {
  const found = resolvePlatform(platform);
  return 'target' in found ? found.target : null;
}

/** Runs the probes now, whoever registered what serves. */
export async function probe(context: Context, config: Config, subjects: Subjects): Promise<ExitCode> {
  let said = 'asking the daemon';
  const reply = await withProgress(
    context,
    () => said,
    askToProbe(config, subjects, (text) => {
      said = text;
    }),
  );
  if (reply?.type === 'report') return show(context, reply.report, subjects, true);
  if (reply !== null) return tell(context, reply);
  context.err(sandboxHint('probe'));
  return looked(context, config, subjects, async ({ keeper }) => {
    const proofs = keeper.refresh().then(() => keeper.verify(keysOf(keeper.report(), subjects)));
    await withProgress(context, () => keeper.report().summary, proofs);
    return show(context, { ...keeper.report(), daemon: null }, subjects, true);
  });
}

/** Which platforms an entry serves is for the daemon to say. */
async function askToProbe(
  config: Config,
  subjects: Subjects,
  progress: (text: string) => void,
): Promise<Reply | null> {
  const dir = runDirectory(config);
  const { targets, names } = subjects;
  if (names.length === 0) return askDaemon(dir, { type: 'probe', targets }, progress);
  const known = await askDaemon(dir, { type: 'status' });
  if (known?.type !== 'report' || unknownNames(known.report, names).length > 0) return known;
  return askDaemon(dir, { type: 'probe', targets: keysOf(known.report, subjects) }, progress);
}

/** Looks without a daemon, at what was named too where the configuration does not keep it. */
export function looking({ flags }: Pick<Context, 'flags'>, { targets }: Subjects): Manner {
  const asked = (): Asked => ({ ...nothingAsked, added: targets === 'all' ? [] : targets });
  const obtain = (machine: Machine, config: Config): Obtain =>
    createLookUp(machine, config, hostNameOf(config.interpreters.store));
  const unasked = flags['no-probe'] === true ? 'leaves' : 'proves';
  return { does: 'look', obtain, passive: true, unasked, asked };
}

function only(report: Report, subjects: Subjects, proof = false): Report {
  const { targets, names } = subjects;
  if (targets === 'all' || targets.length + names.length === 0) return report;
  return onlyAsked(report, { targets, names, proof });
}

/** The running daemon's reports, and between two daemons what can be seen without one. */
function watch(context: Context, config: Config, subjects: Subjects): Promise<ExitCode> {
  const look = async (): Promise<WatchedReport> => {
    const reports: Report[] = [];
    const told: string[] = [];
    const quiet = { ...context, err: (text: string) => void told.push(text) };
    const exit = await oneShot(quiet, config, looking(context, subjects), async (held) => {
      reports.push(await seen(context, held, subjects));
      return exitCodes.ok;
    });
    const [report] = reports;
    return report === undefined
      ? { report: null, why: told.join(''), exit }
      : watched(only(report, subjects));
  };
  async function* stream(signal: AbortSignal): AsyncGenerator<Report> {
    for await (const report of watchReports(runDirectory(config), signal)) yield only(report, subjects);
  }
  return watchStatus(context, { stream, look });
}

/** A word that is neither a platform nor an entry here is wrong usage. */
function show(context: Context, all: Report, subjects: Subjects, proof = false): ExitCode {
  const unknown = unknownNames(all, subjects.names);
  if (unknown.length > 0) {
    const command = proof ? 'probe' : 'status';
    const faults = unknown.map((name) => `binfmt-keeper: ${visible(subjects.faultOf(name))}\n`);
    context.err(`Try: ${context.here.command} ${command} --help\n${faults.join('')}`);
    return exitCodes.usage;
  }
  const report = only(all, subjects, proof);
  context.out(render(report, context.format, () => reportTable(report, context)));
  return report.ready ? exitCodes.ok : exitCodes.failed;
}
