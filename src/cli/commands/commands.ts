import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { resolvePlatform } from '../../core/platforms/platforms.ts';
import { autoTargets } from '../../core/platforms/select.ts';
import { listOfPlatforms } from '../../core/platforms/spellings.ts';
import { visible } from '../../core/text/visible.ts';
import { version } from '../../core/version.ts';
import type { Targets } from '../../core/wire/control.ts';
import { killChildren } from '../../host/system/children.ts';
import type { CommandName } from '../line/command-table.ts';
import type { Flags } from '../line/flag-faults.ts';
import { loadLooking, loadPlaced } from '../line/host-places.ts';
import { loadConfig } from '../line/load-config.ts';
import { plainWordLine } from '../line/other-words.ts';
import { readPlainLine } from '../line/plain-line.ts';
import { owns } from '../sandbox/owns.ts';
import { type Context, contextOf, formatOf } from '../terminal/context.ts';
import { guardOutput } from '../terminal/output.ts';
import { readyToPrint } from '../terminal/print.ts';
import { here } from '../terminal/typed-command.ts';
import type { Printed } from './config.ts';
import type { Subjects } from './status.ts';

/** Every command but a plain `run`: the line is read by the table of commands, one file a command does the work. */
export async function main(given: readonly string[]): Promise<number> {
  const argv = plainWordLine(given) ?? given;
  guardOutput();
  process.on('exit', killChildren);
  const line = readPlainLine(argv) ?? (await (await import('../line/read-line.ts')).readLine(argv));
  switch (line.kind) {
    case 'help':
      return print(text((await import('../line/help.ts')).helpFor(line.words, contextOf({}))));
    case 'version':
      return print(text(`${version}\n`));
    case 'misused':
      return refuse([...line.faults], `Try: ${here().command} --help\n`);
    case 'command':
      await readyToPrint(formatOf(line.flags));
      return handlers[line.command.name]({ argv, flags: line.flags, args: line.args });
  }
}

/** A command line that was read and found well formed. */
interface Call {
  readonly argv: readonly string[];
  readonly flags: Flags;
  /** Platforms, or what else the command takes. */
  readonly args: readonly string[];
}

/** Each loads what it needs, and nothing of the others. */
const handlers: Readonly<Record<CommandName, (call: Call) => Promise<number>>> = {
  run: async ({ argv, flags }) => (await import('./run.ts')).run(argv, flags),
  install: withConfig(async (...given) => (await import('./install.ts')).install(...given), loadPlaced),
  uninstall: uninstallNamed,
  pause: withConfig(async (...given) => (await import('./pause.ts')).pause(...given)),
  resume: withConfig(async (...given) => (await import('./resume.ts')).resume(...given)),
  status: withSubjects(async (...given) => (await import('./status.ts')).status(...given)),
  probe: withSubjects(async (...given) => (await import('./status.ts')).probe(...given)),
  doctor: async ({ argv, flags, args: [code] }) => {
    if (code !== undefined)
      return (await import('../doctor/explain-code.ts')).explainCode(contextOf(flags), code);
    const run = withConfig(async (...given) => (await import('./doctor.ts')).doctor(...given));
    return run({ argv, flags, args: [] });
  },
  ps: withConfig(async (...given) => (await import('./ps.ts')).ps(...given)),
  where: withNames(async (...given) => (await import('../store/where.ts')).where(...given)),
  'store list': withNames(async (context, config) =>
    (await import('../store/list.ts')).storeList(context, config),
  ),
  'store verify': withNames(async (context, config) =>
    (await import('../store/verify.ts')).storeVerify(context, config),
  ),
  'store export': withNames(async (context, config) =>
    (await import('../store/export.ts')).storeExport(context, config),
  ),
  'store import': withNames(
    async (...given) => (await import('../store/import.ts')).storeImport(...given),
    loadPlaced,
  ),
  'store gc': withNames(async (context, config) => (await import('../store/gc.ts')).storeGc(context, config)),
  explain: async ({ argv, flags, args }) => {
    if (flags.sandbox === true && !owns()) return (await import('./sandbox.ts')).inSandbox(argv, flags);
    const parsed = await loadLooking(flags, process.env);
    if (!parsed.ok) return refuse(parsed.errors);
    return (await import('./explain.ts')).explain(contextOf(flags), parsed.config, args);
  },
  health: withConfig(async (...given) => (await import('./health.ts')).health(...given)),
  witness: async ({ flags, args }) => {
    const parsed = await loadConfig(flags, process.env, 'any');
    if (!parsed.ok) return refuse(parsed.errors);
    const { witnessCommand } = await import('../witness/witness.ts');
    return witnessCommand(contextOf(flags), parsed, args);
  },
  'config check': async ({ flags }) => {
    const { checkConfig } = await import('./config-check.ts');
    return print(await checkConfig(contextOf(flags)));
  },
  'config show': async ({ flags }) => {
    const { configShow } = await import('./config.ts');
    return print(configShow(await loadConfig(flags, process.env, 'any'), formatOf(flags)));
  },
  'config schema': async () => print((await import('./config.ts')).configSchema()),
  import: async ({ args }) => (await import('./import.ts')).importCommand(args),
  enter: async ({ flags, args }) => (await import('./enter.ts')).enter(flags, args),
  emit: emitFor,
  completion: async ({ args: [shell = ''] }) =>
    print(text((await import('../completion/completion.ts')).completion(shell))),
};

/** Platforms behind the command stand for the setting; none leave it to the configuration. */
function withConfig(work: (context: Context, config: Config) => Promise<ExitCode>, load = loadLooking) {
  return async ({ argv, flags, args }: Call): Promise<ExitCode> => {
    if (flags.sandbox === true && !owns()) return (await import('./sandbox.ts')).inSandbox(argv, flags);
    const named = targetsOf(args);
    if ('errors' in named) return refuse(named.errors, tryHelp('install'));
    const asked = args.length === 0 ? flags : { ...flags, platforms: args.join(',') };
    const parsed = await load(asked, process.env);
    if (!parsed.ok) return refuse(parsed.errors);
    return work(contextOf(asked), parsed.config);
  };
}

/**
 * What is only looked at need not be among the platforms that the configuration keeps, and does not change which those
 * are.
 */
function withSubjects(work: (context: Context, config: Config, subjects: Subjects) => Promise<ExitCode>) {
  return async ({ argv, flags, args }: Call): Promise<ExitCode> => {
    if (flags.sandbox === true && !owns()) return (await import('./sandbox.ts')).inSandbox(argv, flags);
    const given = args.length > 0 ? args : namesOf(flags);
    const asked = args.includes('all') ? { ...flags, platforms: 'all' } : flags;
    const parsed = await loadLooking(asked, process.env);
    if (!parsed.ok) return refuse(parsed.errors);
    return work(contextOf(asked), parsed.config, subjectsOf(given));
  };
}

/** What is no platform may be the name of an entry: that is known once the entries are. */
function subjectsOf(given: readonly string[]): Subjects {
  const faults = new Map<string, string>();
  const targets = given.flatMap((name) => {
    const found = targetsOf([name]);
    if (!('errors' in found)) return found.targets;
    faults.set(bytesOf(name), `${found.errors.join()}, and no entry here has that name`);
    return [];
  });
  return {
    targets: targets.includes('all') ? 'all' : targets,
    names: [...faults.keys()],
    faultOf: (name) => faults.get(name) ?? '',
  };
}

/** Names that stand for no platform of the configuration, or none at all. */
function withNames(
  work: (context: Context, config: Config, names: readonly string[]) => Promise<ExitCode>,
  load = loadLooking,
) {
  return async ({ argv, flags, args }: Call): Promise<ExitCode> => {
    if (flags.sandbox === true && !owns()) return (await import('./sandbox.ts')).inSandbox(argv, flags);
    const parsed = await load(flags, process.env);
    return parsed.ok ? work(contextOf(flags), parsed.config, args) : refuse(parsed.errors);
  };
}

/** What is to be removed need not be among the platforms that the configuration keeps. */
async function uninstallNamed({ argv, flags, args }: Call): Promise<ExitCode> {
  if (flags.sandbox === true && !owns()) return (await import('./sandbox.ts')).inSandbox(argv, flags);
  const parsed = await loadPlaced(flags, process.env);
  if (!parsed.ok) return refuse(parsed.errors);
  const targets = targetsOf(args.length > 0 ? args : namesOf(flags));
  if ('errors' in targets) return refuse(targets.errors, tryHelp('uninstall'));
  const { uninstall } = await import('./uninstall.ts');
  return uninstall(contextOf(flags), parsed.config, targets.targets);
}

async function emitFor({ flags, args: [system = ''] }: Call): Promise<ExitCode> {
  const parsed = await loadConfig(flags, process.env, 'any');
  if (!parsed.ok) return refuse(parsed.errors);
  return (await import('../emit/emit.ts')).emit(contextOf(flags), parsed, system);
}

function namesOf({ platforms }: Flags): readonly string[] {
  return typeof platforms === 'string' ? listOfPlatforms(platforms) : [];
}

/** No name stands for all. */
function targetsOf(names: readonly string[]): { targets: Targets } | { errors: readonly string[] } {
  if (names.length === 0 || names.includes('all')) return { targets: 'all' };
  const found = names.flatMap((name) => (name === 'auto' ? autoTargets : [name])).map(resolvePlatform);
  const errors = found.flatMap((f) => {
    if (!('problem' in f)) return [];
    return f.suggestion === undefined
      ? [f.problem]
      : [`${f.problem}; did you mean ${JSON.stringify(f.suggestion)}?`];
  });
  return errors.length > 0
    ? { errors }
    : { targets: found.flatMap((f) => ('target' in f ? [f.target] : [])) };
}

function text(stdout: string): Printed {
  return { stdout, stderr: '', exitCode: 0 };
}

function print({ stdout, stderr, exitCode }: Printed): Promise<ExitCode> {
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return Promise.resolve(exitCode);
}

function tryHelp(command: CommandName): string {
  return `Try: ${here().command} ${command} --help\n`;
}

/** What is wrong comes last: docker/setup-qemu-action shows one line. */
function refuse(errors: readonly string[], hint = ''): ExitCode {
  process.stderr.write(`${hint}${errors.map((e) => `binfmt-keeper: ${visible(e)}\n`).join('')}`);
  return exitCodes.usage;
}
