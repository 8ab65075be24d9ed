import { join, resolve } from 'node:path';
import type { ParsedConfig } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { visible } from '../../core/text/visible.ts';
import { writeAtomic } from '../../host/files/atomic-file.ts';
import { makeDirectories } from '../../host/files/directories.ts';
import { failure } from '../../host/system/errno.ts';
import type { Context } from '../terminal/context.ts';
import { bottlerocketUserData } from './bottlerocket.ts';
import { systemdUnits, type UnitProgram, type Units } from './systemd.ts';
import { tooWide } from './systemd-directories.ts';

/** `emit SYSTEM`: prints what that system needs for the configuration in effect, or writes it into the directory of `--to`. */
export async function emit(
  context: Context,
  parsed: ParsedConfig & { readonly ok: true },
  system: string,
): Promise<ExitCode> {
  const forSystemd = system === 'systemd';
  const faults = forSystemd ? tooWide(parsed.config) : [];
  if (faults.length > 0) {
    context.err(faults.map((fault) => `binfmt-keeper: ${visible(fault)}\n`).join(''));
    return exitCodes.usage;
  }
  const files = forSystemd
    ? systemdUnits(parsed.config, parsed.origins, programOf(context))
    : new Map([['binfmt-keeper.toml', bottlerocketUserData(parsed.config)]]);
  const { to } = context.flags;
  if (typeof to === 'string' && to !== '') return write(context, resolve(to), files);
  const text = forSystemd ? listing(files) : [...files.values()].join('');
  context.out(context.format === 'json' ? `${JSON.stringify(Object.fromEntries(files), null, 2)}\n` : text);
  return exitCodes.ok;
}

/** As `systemctl cat` shows units: each below its path. */
function listing(units: Units): string {
  return [...units].map(([name, text]) => `# ${unitDirectory}/${name}\n${text}`).join('\n');
}

const unitDirectory = '/etc/systemd/system';

async function write(context: Context, directory: string, units: Units): Promise<ExitCode> {
  for (const [name, text] of units) {
    const path = join(directory, name);
    const written = await makeDirectories(directory).then(
      () => writeAtomic(path, text, 0o644, { fsync: false }),
      (error) => failure(`create ${directory}`, error),
    );
    if (!written.ok) {
      context.err(`binfmt-keeper: ${visible(written.message)}\n`);
      return exitCodes.failed;
    }
    context.err(`${visible(path)}\n`);
  }
  return exitCodes.ok;
}

/** This very program, as it was started. */
function programOf(context: Context): UnitProgram {
  const { execPath, execArgv, argv, allowedNodeEnvironmentFlags: known } = process;
  const option = '--disable-sigusr1';
  const noDebugger = known.has(option) && !execArgv.includes(option) ? [option] : [];
  const { config } = context.flags;
  const given = typeof config === 'string' ? config : (context.env.BINFMT_KEEPER_CONFIG ?? '');
  const script = argv[1] ?? '';
  return {
    command: [execPath, ...execArgv, ...noDebugger, resolve(script)],
    configFile: given === '' ? null : resolve(given),
  };
}
