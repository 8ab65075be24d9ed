import type { Config } from '../core/config.ts';
import { runDirectory } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { problemCatalogue } from '../core/problems.ts';
import type { Report } from '../core/report.ts';
import { createKeeper, type Keeper } from '../daemon/keeper.ts';
import { createLog } from '../daemon/log.ts';
import { openHost } from '../daemon/open.ts';
import type { Obtain } from '../daemon/prepare.ts';
import { createMachine, type Machine } from '../host/machine.ts';
import type { Context } from './context.ts';
import { reportSchema } from './report-schema.ts';

/** What a one-shot command gets to work with; everything is let go afterwards. */
export interface Held {
  readonly machine: Machine;
  readonly keeper: Keeper;
  readonly config: Config;
}

/** Whether a command changes the instance (and so needs the lock and may mount) or only looks. */
export interface Manner {
  readonly changes: boolean;
  readonly obtain?: (machine: Machine, config: Config) => Obtain | Promise<Obtain>;
  /** Repairs nothing by itself. */
  readonly passive?: boolean;
}

/** Opens this host, does one thing and lets go. Says on stderr, with the remedy, why it cannot. */
export async function oneShot(
  context: Context,
  config: Config,
  manner: Manner,
  work: (held: Held) => Promise<ExitCode>,
): Promise<ExitCode> {
  const machine = await createMachine();
  const opened = await openHost(machine, config, { owns: context.owns, mayMount: manner.changes });
  if (!opened.ok) {
    complain(context, opened.code, opened.detail);
    return opened.exit;
  }
  const { instance, mounts } = opened;
  try {
    if (manner.changes && !instance.lock()) {
      complain(context, 'locked-by-another', await holder(machine, config));
      return exitCodes.failed;
    }
    const log = createLog(context.logLevel ?? 'error', 2, context.terminal);
    const keeper = await createKeeper(
      { ...opened, ...manner, machine, logger: log.logger },
      config,
      () => {},
    );
    await keeper.configure(config);
    const code = await work({ machine, keeper, config });
    await keeper.close();
    log.flush();
    return code;
  } finally {
    mounts.close();
    instance.close();
  }
}

/** Says what is wrong and what to do about it. */
function complain(context: Context, code: keyof typeof problemCatalogue, detail: string): void {
  const { title, remedy } = problemCatalogue[code];
  context.err(`binfmt-keeper: ${code}: ${title}: ${detail}\n  ${remedy}\n`);
}

/** Names the keeper that holds the lock, where its run directory can be seen from here. */
async function holder(machine: Machine, config: Config): Promise<string> {
  const report = await readReport(machine, config);
  const pid = report?.daemon?.pid;
  return pid === undefined
    ? 'held by a keeper whose run directory is not visible here'
    : `held by pid ${pid}`;
}

/** The report that a running daemon left in the run directory; null where there is none or it cannot be read. */
export async function readReport(machine: Machine, config: Config): Promise<Report | null> {
  const text = await machine.readFile(`${runDirectory(config)}/report.json`);
  if (text === null) return null;
  try {
    const parsed = reportSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not JSON: half a file cannot be, but anything else may lie there
  }
}
