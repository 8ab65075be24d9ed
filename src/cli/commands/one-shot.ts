import type { Asked } from '../../core/config/asked.ts';
import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import type { Problem, ProblemCode } from '../../core/problems.ts';
import type { Lasting } from '../../core/report/lasting.ts';
import type { Report } from '../../core/report/report.ts';
import { escapeControls } from '../../core/text/escape.ts';
import { createLog } from '../../daemon/log/log.ts';
import { nameHolder } from '../../daemon/loop/report-file.ts';
import type { Instance } from '../../host/instance/instance.ts';
import { createMachine, type Machine } from '../../host/machine.ts';
import { thisProcess } from '../../host/system/this-process.ts';
import { createKeeper, type Keeper } from '../../keeper/keeper.ts';
import type { OncePolicy } from '../../keeper/once/policy.ts';
import { once, type Shot } from '../../keeper/once.ts';
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
  readonly instance: Instance;
  /** Probe files by target. */
  readonly probes: ReadonlyMap<string, string>;
}

/** What a command does differently from others. */
export interface Manner {
  /** `install`, `remove` and `look` at the instance; to `install` something is to make it last. */
  readonly does: 'install' | 'remove' | 'look';
  /** The anchor itself is to stay. */
  readonly persist?: boolean;
  readonly obtain?: (machine: Machine, config: Config) => Obtain | Promise<Obtain>;
  /** Repairs nothing by itself. */
  readonly passive?: boolean;
  /** Runs no programs by itself. */
  readonly unasked?: 'proves' | 'leaves';
  /** Hears why it cannot, in place of the terminal. */
  readonly refused?: (code: ProblemCode, detail: string, values?: Problem['values']) => void;
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
  const done = await shoot(context, config, manner, async (held) => ({
    ...{ result: await work(held), made: true, proof: null },
  }));
  if (!done.ok) return done.exit;
  return done.lockedOut && done.result === exitCodes.ok ? exitCodes.failed : done.result;
}

/** What came of it; `lockedOut`: another keeper has the instance, which could not be asked. */
type Shoot<T> =
  | {
      readonly ok: true;
      readonly result: T;
      readonly lasting: Lasting | null;
      readonly lockedOut: boolean;
    }
  | { readonly ok: false; readonly exit: ExitCode };

/** The same for work with any result, which says how long its entries last. */
export async function shoot<T>(
  context: Context,
  config: Config,
  manner: Manner,
  work: (held: Held) => Promise<Shot<T>>,
): Promise<Shoot<T>> {
  const machine = await createMachine();
  let lockedOut = false;
  const say: NonNullable<Manner['refused']> =
    manner.refused ?? ((code, detail, values) => complain(context, code, detail, values));
  const done = await once<Shoot<T>>(machine, config, policyOf(context, manner), async ({ opened, hold }) => {
    const held = await hold();
    lockedOut = held.other !== null;
    if (held.other !== null)
      say('locked-by-another', await nameHolder(machine, runDirectory(config), held.other.older));
    else if (!held.may) say(held.code, held.detail);
    if (!held.may) return refused(held.other === null ? held.exit : exitCodes.failed);
    const log = createLog(context.logLevel ?? 'error', 2, linesOf(context));
    const keeper = await createKeeper(
      {
        ...{ ...opened, ...manner, machine, logger: log.logger, here: context.here },
        me: thisProcess(),
        publisher: (tell) => createBinfmtDPublisher(machine, tell),
      },
      config,
      () => {},
    );
    await withProgress(context, () => 'making interpreters ready', keeper.configure(config));
    const shot = await work({ machine, keeper, config, ...opened });
    await keeper.close();
    await log.settled(1000);
    return { ...shot, result: { ok: true, result: shot.result, lasting: null, lockedOut } };
  });
  if (done.ok) return done.result.ok ? { ...done.result, lasting: done.lasting } : done.result;
  say(done.code, done.detail, done.values);
  return { ok: false, exit: done.exit };
}

function refused(exit: ExitCode): Shot<{ readonly ok: false; readonly exit: ExitCode }> {
  return { result: { ok: false, exit }, made: false, proof: null };
}

function policyOf({ owns }: Context, { does, persist = false }: Manner): OncePolicy {
  return {
    owns,
    mounts: does === 'look' ? 'none' : 'all',
    probes: does === 'look' ? 'any' : 'files',
    lock: does === 'look' ? 'look' : 'refuse',
    patience: { tries: 6, pauseMs: 50 },
    lasting: does === 'install' ? { persist } : null,
  };
}

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
