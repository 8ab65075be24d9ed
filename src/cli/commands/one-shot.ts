import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked } from '../../core/config/asked.ts';
import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import type { Report } from '../../core/report/report.ts';
import { escapeControls } from '../../core/text/escape.ts';
import { createLog } from '../../daemon/log/log.ts';
import { nameHolder } from '../../daemon/loop/report-file.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import { createKeeper, type Keeper } from '../../keeper/keeper.ts';
import { type Claim, createClaim } from '../../keeper/mounts/claim.ts';
import { openHost } from '../../keeper/mounts/open.ts';
import type { Obtain } from '../../keeper/prepare/ready-interpreter.ts';
import { createBinfmtDPublisher } from '../../publish/binfmt-d.ts';
import { complain } from '../terminal/complain.ts';
import type { Context } from '../terminal/context.ts';
import { logLines } from '../terminal/log-lines.ts';
import { withProgress } from '../terminal/progress.ts';

/** What a one-shot command gets to work with; everything is let go afterwards. */
export interface Held {
  readonly machine: Machine;
  readonly keeper: Keeper;
  readonly config: Config;
  /** Probe files by target. */
  readonly probes: ReadonlyMap<string, string>;
}

/** Whether a command changes the instance (and so needs the lock and may mount) or only looks. */
export interface Manner {
  readonly changes: boolean;
  readonly obtain?: (machine: Machine, config: Config) => Obtain | Promise<Obtain>;
  /** Repairs nothing by itself. */
  readonly passive?: boolean;
  /** Platforms in addition to those of the configuration. */
  readonly asked?: () => Asked;
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
    const dir = runDirectory(config);
    const claimed = manner.changes
      ? await claimPatiently(createClaim(machine, instance, dir))
      : await lookForKeeper(machine, instance.path, dir);
    const lockedOut = !claimed.ok && claimed.held;
    if (lockedOut) {
      complain(context, 'locked-by-another', await nameHolder(machine, dir, claimed.older));
      if (manner.changes) return exitCodes.failed;
    } else if (!claimed.ok && !claimed.held && manner.changes) {
      complain(context, claimed.code, claimed.detail);
      return claimed.exit;
    } else if (manner.changes && opened.kept) {
      // The keeper that was seen has ended since, and with it whoever mounts.
      mounts.hold(false);
      await mounts.mend('start');
    }
    const log = createLog(context.logLevel ?? 'error', 2, linesOf(context));
    const keeper = await createKeeper(
      {
        ...{ ...opened, ...manner, machine, logger: log.logger, here: context.here },
        publisher: (tell) => createBinfmtDPublisher(machine, tell),
      },
      config,
      () => {},
    );
    await withProgress(context, () => 'making interpreters ready', keeper.configure(config));
    const code = await work({ machine, keeper, config, probes: opened.probes });
    await keeper.close();
    await log.settled(1000);
    return lockedOut && code === exitCodes.ok ? exitCodes.failed : code;
  } finally {
    mounts.close();
    instance.close();
  }
}

/** Whether a keeper holds the lock that could not be asked. Tried on a descriptor of its own, and let go at once. */
async function lookForKeeper(machine: Machine, path: string, dir: string): Promise<Claim> {
  const again = machine.openInstance(path);
  if (!again.ok) return { ok: true, contested: null };
  const claimed = await createClaim(machine, again.instance, dir)();
  again.instance.close();
  return claimed;
}

/** A one-shot that only looks has the lock for a moment. */
async function claimPatiently(claim: () => Promise<Claim>): Promise<Claim> {
  for (let left = tries; ; left--) {
    const claimed = await claim();
    if (claimed.ok || !claimed.held || left === 0) return claimed;
    await sleep(pauseMs);
  }
}

const tries = 5;
const pauseMs = 50;

/** Problems stand in the report that is printed; whoever asks for a log gets all of it. */
function linesOf({ flags, env, terminal, logLevel }: Context): (line: string) => string {
  const shape = logLines(flags, env, terminal) ?? escapeControls;
  if (logLevel !== undefined) return shape;
  return (line) => (line.includes('"event":"problem"') ? '' : shape(line));
}

/** The report that a running daemon left in the run directory; null where there is none or it cannot be read. */
export async function readReport(machine: Machine, config: Config): Promise<Report | null> {
  const dir = runDirectory(config);
  // In a directory of somebody else lies nothing that a daemon of ours wrote.
  const trusted = await machine.inspectRunDirectory(dir);
  const text = trusted.ok ? await machine.readFile(`${dir}/report.json`) : null;
  if (text === null) return null;
  const { readReportShape } = await import('../ask/report-schema.ts');
  try {
    return readReportShape(JSON.parse(text));
  } catch {
    return null; // not JSON: half a file cannot be, but anything else may lie there
  }
}
