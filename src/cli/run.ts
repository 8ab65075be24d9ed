import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { visible } from '../core/visible.ts';
import { createLog } from '../daemon/log.ts';
import { runDaemon } from '../daemon/run.ts';
import { createMachine } from '../host/machine.ts';
import { contextOf } from './context.ts';
import type { Flags } from './flag-faults.ts';
import { configFile, loadConfig } from './load-config.ts';
import { readRunFlags } from './run-flags.ts';
import { inSandbox, owns } from './sandbox.ts';

/** `run`: reads its flags from the shared table and runs the daemon in the foreground. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const read = readRunFlags(argv.slice(1));
  if ('faults' in read) {
    const lines = read.faults.map((fault) => `binfmt-keeper: ${visible(fault)}\n`);
    process.stderr.write(`${lines.join('')}Try: binfmt-keeper run --help\n`);
    return exitCodes.usage;
  }
  if (read.flags.help === true) {
    const { helpFor } = await import('./help.ts');
    process.stdout.write(helpFor('run', contextOf({})));
    return exitCodes.ok;
  }
  return run(argv, read.flags);
}

/** For files that are being written, milliseconds. */
const lingerMs = 500;

/** Runs the daemon by flags that were read. */
export async function run(argv: readonly string[], flags: Flags): Promise<ExitCode> {
  if (flags.sandbox === true && !owns()) return inSandbox(argv);
  const stop = new AbortController();
  const reloads: (() => void)[] = [];
  let asked = false; // a signal that comes while the daemon starts is not lost
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  process.on('SIGHUP', () => {
    asked = true;
    for (const reload of reloads) reload();
  });
  const parsed = await loadConfig(flags, process.env);
  if (!parsed.ok) {
    process.stderr.write(`${parsed.errors.map((e) => `binfmt-keeper: ${visible(e)}`).join('\n')}\n`);
    return exitCodes.usage;
  }
  const level = flags['log-level'] ?? (process.env.BINFMT_KEEPER_LOG_LEVEL?.trim() || 'info');
  const log = createLog(String(level), 2, process.stderr.isTTY === true);
  // What runs beside repair (a probe, a mount, a reload) may lack descriptors or memory: healing goes on without it.
  process.on('unhandledRejection', (error) =>
    log.logger.error({ err: error }, 'something failed by a defect'),
  );
  const code = await runDaemon({
    machine: await createMachine(),
    log,
    config: parsed.config,
    reload: () => loadConfig(flags, process.env),
    configFile: configFile(flags, process.env),
    stop: stop.signal,
    onReload: (reload) => {
      reloads.push(reload);
      if (asked) reload();
    },
    owns: owns(),
  });
  log.flush();
  // Emulators that never answer, asked for their version while we start or reload, do not keep a stopped daemon.
  setTimeout(() => process.exit(), lingerMs).unref();
  return code;
}
