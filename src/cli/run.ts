import { parseArgs } from 'node:util';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { globalOptions, settings } from '../core/options.ts';
import { createLog } from '../daemon/log.ts';
import { runDaemon } from '../daemon/run.ts';
import { createMachine } from '../host/machine.ts';
import { configFile, loadConfig } from './load-config.ts';
import { inSandbox, owns } from './sandbox.ts';

/** `run`: reads its flags from the shared option table and runs the daemon in the foreground. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const flags = readFlags(argv.slice(1));
  if (typeof flags === 'string') {
    process.stderr.write(`binfmt-keeper: ${flags}\nTry: binfmt-keeper --help\n`);
    return exitCodes.usage;
  }
  if (flags.help === true) {
    const { main: commands } = await import('./commands.ts');
    return commands(['run', '--help']);
  }
  if (flags.sandbox === true && !owns()) return inSandbox(argv);
  const stop = new AbortController();
  const reloads: (() => void)[] = [];
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  process.on('SIGHUP', () => {
    for (const reload of reloads) reload();
  });
  const parsed = await loadConfig(flags, process.env);
  if (!parsed.ok) {
    process.stderr.write(`${parsed.errors.map((e) => `binfmt-keeper: ${e}`).join('\n')}\n`);
    return exitCodes.usage;
  }
  const level = flags['log-level'] ?? process.env.BINFMT_KEEPER_LOG_LEVEL ?? 'info';
  const log = createLog(String(level), 2, process.stderr.isTTY === true);
  const code = await runDaemon({
    machine: await createMachine(),
    log,
    config: parsed.config,
    reload: () => loadConfig(flags, process.env),
    configFile: configFile(flags, process.env),
    stop: stop.signal,
    onReload: (reload) => reloads.push(reload),
    owns: owns(),
  });
  log.flush();
  return code;
}

/** The flags, or a sentence that says what is wrong with them. */
function readFlags(args: readonly string[]): Record<string, unknown> | string {
  const strings = [...settings, ...globalOptions].map((o) => [o.flag.slice(2), { type: 'string' as const }]);
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(strings),
        sandbox: { type: 'boolean' as const },
        help: { type: 'boolean' as const },
      },
    });
    const given: Record<string, unknown> = values;
    const level = globalOptions.find((o) => o.flag === '--log-level');
    const wanted = given['log-level'];
    if (typeof wanted === 'string' && !level?.values.includes(wanted))
      return `--log-level: must be one of ${level?.values.join(', ')}; got ${JSON.stringify(wanted)}`;
    return given;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
