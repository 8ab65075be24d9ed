import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { visible } from '../../core/text/visible.ts';
import { createLog, type Log } from '../../daemon/log/log.ts';
import { runDaemon } from '../../daemon/run.ts';
import { createMachine } from '../../host/machine.ts';
import { killChildren } from '../../host/system/children.ts';
import { lacksRoom } from '../../host/system/errno.ts';
import { nameProcess } from '../../host/system/process-name.ts';
import { thisProcess } from '../../host/system/this-process.ts';
import type { Flags } from '../line/flag-faults.ts';
import { loadPlaced } from '../line/host-places.ts';
import { configFile } from '../line/load-config.ts';
import { readRunFlags } from '../line/run-flags.ts';
import { owns } from '../sandbox/owns.ts';
import { contextOf } from '../terminal/context.ts';
import { logLines } from '../terminal/log-lines.ts';
import { here, hereOfDaemon } from '../terminal/typed-command.ts';
import { inSandbox } from './sandbox.ts';

/** `run`: reads its flags from the shared table and runs the daemon in the foreground. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  process.on('exit', killChildren);
  const read = readRunFlags(argv.slice(1));
  if ('faults' in read) {
    const lines = read.faults.map((fault) => `binfmt-keeper: ${visible(fault)}\n`);
    // The fault comes last: docker/setup-qemu-action shows one line.
    process.stderr.write(`Try: ${here().command} run --help\n${lines.join('')}`);
    return exitCodes.usage;
  }
  if (read.flags.help === true) {
    const { helpFor } = await import('../line/help.ts');
    process.stdout.write(helpFor('run', contextOf({})));
    return exitCodes.ok;
  }
  return run(argv, read.flags);
}

/** For lines and files that are being written, milliseconds. */
const lingerMs = 200;

/** Runs the daemon by flags that were read. */
export async function run(argv: readonly string[], flags: Flags): Promise<ExitCode> {
  nameProcess(['binfmt-keeper', ...argv]);
  if (flags.sandbox === true && !owns()) return inSandbox(argv, flags);
  const stop = new AbortController();
  const reloads: (() => void)[] = [];
  let asked = false; // a signal that comes while the daemon starts is not lost
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  process.on('SIGHUP', () => {
    asked = true;
    for (const reload of reloads) reload();
  });
  const faults: string[] = [];
  const parsed = await loadPlaced(flags, process.env, (fault) => faults.push(fault));
  if (!parsed.ok) {
    // A reader that does not read would else keep a signal from being heard.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.removeAllListeners(signal);
    process.stderr.write(`${parsed.errors.map((e) => `binfmt-keeper: ${visible(e)}`).join('\n')}\n`);
    return exitCodes.usage;
  }
  const level = flags['log-level'] ?? (process.env.BINFMT_KEEPER_LOG_LEVEL?.trim() || 'info');
  const log = createLog(String(level), 2, logLines(flags, process.env, process.stderr.isTTY === true));
  const where = hereOfDaemon();
  for (const fault of faults) log.logger.warn(fault);
  const machine = await createMachine();
  const code = await live(log, (defect) =>
    runDaemon({
      ...{ machine, log, defect },
      me: thisProcess(),
      notifier: machine.takeNotifier(process.env),
      config: parsed.config,
      reload: () => loadPlaced(flags, process.env),
      configFile: configFile(flags, process.env),
      stop: stop.signal,
      onReload: (reload) => {
        reloads.push(reload);
        if (asked) reload();
      },
      owns: owns(),
      here: where,
    }),
  );
  // A log that nobody reads does not keep a stopped daemon, nor do emulators that never answer.
  if (!(await log.settled(lingerMs))) machine.endNow(code);
  setTimeout(() => machine.endNow(code), lingerMs).unref();
  return code;
}

/** Ends by a defect wherever it happens: what nobody caught leaves a state that nobody knows. */
async function live({ logger }: Log, work: (defect: Promise<never>) => Promise<ExitCode>): Promise<ExitCode> {
  const defect = new Promise<never>((_, reject) => {
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', (error) => {
      // What runs beside repair (a probe, a mount, a reload) may lack descriptors: healing goes on without it.
      if (lacksRoom(error)) logger.error({ err: error }, 'something failed for lack of room');
      else reject(error);
    });
  });
  try {
    return await work(defect);
  } catch (error) {
    logger.fatal({ err: error }, 'internal error: the keeper ends');
    return exitCodes.failed;
  }
}
