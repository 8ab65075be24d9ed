import yargs, { type Argv } from 'yargs';
import type { Config } from '../core/config.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { globalOptions, settings } from '../core/options.ts';
import { resolvePlatform } from '../core/platforms.ts';
import { version } from '../core/version.ts';
import { configCheck, configSchema, configShow, type Printed } from './config.ts';
import type { Context } from './context.ts';
import { install } from './install.ts';
import { configFile, loadConfig } from './load-config.ts';
import type { Format } from './print.ts';
import { inSandbox, owns } from './sandbox.ts';
import { probe, status } from './status.ts';
import { uninstall } from './uninstall.ts';

/** Every command but a plain `run`: yargs reads the line, one file a command does the work. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const act =
    (work: (flags: Readonly<Record<string, unknown>>) => Promise<ExitCode>) =>
    async (flags: object): Promise<void> => {
      code = await work({ ...flags });
    };
  const withConfig = (work: (context: Context, config: Config) => Promise<ExitCode>) =>
    act(async (flags) => {
      if (flags.sandbox === true && !owns()) return inSandbox(argv);
      const asked = { ...flags, ...platformsOf(flags) };
      const parsed = await loadConfig(asked, process.env);
      if (!parsed.ok) return refuse(parsed.errors);
      return work(contextOf(asked), parsed.config);
    });
  const parser = yargs([...argv])
    .scriptName('binfmt-keeper')
    .usage('$0 COMMAND\n\nKeeps handlers of foreign executables alive and proves that they run.')
    .command('run', 'keep everything alive, in the foreground (the daemon)', settingOptions, () => {})
    .command(
      'install [platforms..]',
      'register once, verify, end',
      (y) =>
        settingOptions(y).positional('platforms', {
          type: 'string',
          array: true,
          describe: 'all, or names such as linux/arm64',
        }),
      withConfig(install),
    )
    .command(
      'uninstall [platforms..]',
      'remove what is ours',
      (y) =>
        settingOptions(y).positional('platforms', {
          type: 'string',
          array: true,
          describe: 'all (the default), or names',
        }),
      act(async (flags) => {
        if (flags.sandbox === true && !owns()) return inSandbox(argv);
        const parsed = await loadConfig({ ...flags, platforms: undefined }, process.env);
        if (!parsed.ok) return refuse(parsed.errors);
        const targets = targetsOf(flags);
        if ('errors' in targets) return refuse(targets.errors);
        return uninstall(contextOf(flags), parsed.config, targets.targets);
      }),
    )
    .command('status', 'show handlers, problems and remedies', settingOptions, withConfig(status))
    .command(
      'probe [platforms..]',
      'run a foreign program of each platform now',
      (y) =>
        settingOptions(y).positional('platforms', { type: 'string', array: true, describe: 'all, or names' }),
      withConfig(probe),
    )
    .command('config', 'look at the configuration', (y) =>
      settingOptions(y)
        .option('platforms', { type: 'string', describe: 'platforms to keep', requiresArg: true })
        .command(
          'check',
          'say what is wrong with it',
          (z) => z,
          act(async (flags) =>
            print(configCheck(await loadConfig(flags, process.env), configFile(flags, process.env))),
          ),
        )
        .command(
          'show',
          'print what is in effect and where each value comes from',
          (z) => z,
          act(async (flags) => print(configShow(await loadConfig(flags, process.env), formatOf(flags)))),
        )
        .command(
          'schema',
          'print the JSON Schema of the file',
          (z) => z,
          act(async () => print(configSchema())),
        )
        .demandCommand(1, 'config: say check, show or schema'),
    )
    .demandCommand(1, 'say what to do')
    .strict()
    .recommendCommands()
    .version(version)
    .example('$0 install all', 'register every architecture that this host does not run by itself')
    .example('$0 run --platforms linux/arm64,linux/riscv64', 'keep two of them alive')
    .example('$0 status -o json', 'for programs')
    .epilogue(
      'Exit status: 0 well, 1 degraded or failed, 2 wrong usage or configuration, 3 not permitted, 4 not supported here.',
    )
    .wrap(process.stdout.columns ? Math.min(100, process.stdout.columns) : 100)
    .exitProcess(false)
    .fail((message, error) => {
      if (error) throw error;
      throw new UsageError(message);
    });
  try {
    await parser.parseAsync();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`binfmt-keeper: ${error.message}\nTry: binfmt-keeper --help\n`);
    return exitCodes.usage;
  }
  return code;
}

class UsageError extends Error {}

function settingOptions(parser: Argv): Argv {
  for (const o of globalOptions) {
    parser.option(o.flag.slice(2), {
      type: 'string',
      describe: o.help,
      group: 'General:',
      ...(o.short === null ? {} : { alias: o.short.slice(1) }),
      ...(o.values.length > 0 ? { choices: o.values } : {}),
      requiresArg: true,
    });
  }
  for (const s of settings) {
    if (s.flag === '--platforms') continue;
    parser.option(s.flag.slice(2), {
      type: 'string',
      describe: s.help,
      group: 'Settings:',
      requiresArg: true,
    });
  }
  return parser.option('sandbox', {
    type: 'boolean',
    describe: 'use a private instance in a new user namespace; the host is not touched',
    group: 'General:',
  });
}

function contextOf(flags: Readonly<Record<string, unknown>>): Context {
  const level = flags['log-level'];
  return {
    flags,
    env: process.env,
    format: formatOf(flags),
    logLevel: typeof level === 'string' ? level : undefined,
    terminal: process.stderr.isTTY === true,
    owns: owns(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  };
}

function formatOf(flags: Readonly<Record<string, unknown>>): Format {
  const format = flags.output;
  return format === 'json' || format === 'yaml' ? format : 'table';
}

/** Positional platforms stand for the setting; none leave it to the configuration. */
function platformsOf(flags: Readonly<Record<string, unknown>>): { platforms?: string } {
  const names = namesOf(flags);
  return names.length === 0 ? {} : { platforms: names.join(',') };
}

function targetsOf(
  flags: Readonly<Record<string, unknown>>,
): { targets: 'all' | readonly string[] } | { errors: readonly string[] } {
  const names = namesOf(flags);
  if (names.length === 0 || names.includes('all')) return { targets: 'all' };
  const found = names.map((name) => ({ name, ...resolvePlatform(name) }));
  const errors = found.flatMap((f) => ('problem' in f ? [`${f.name}: ${f.problem}`] : []));
  return errors.length > 0
    ? { errors }
    : { targets: found.flatMap((f) => ('target' in f ? [f.target] : [])) };
}

function namesOf(flags: Readonly<Record<string, unknown>>): readonly string[] {
  const given = flags.platforms;
  return Array.isArray(given) ? given.map(String).flatMap((n) => n.split(',')) : [];
}

function print({ stdout, stderr, exitCode }: Printed): Promise<ExitCode> {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return Promise.resolve(exitCode);
}

function refuse(errors: readonly string[]): ExitCode {
  process.stderr.write(`${errors.map((e) => `binfmt-keeper: ${e}`).join('\n')}\n`);
  return exitCodes.usage;
}
