import { lstatSync } from 'node:fs';
import { defaults } from '../../core/config/defaults.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { catalogue } from '../../core/platforms/catalogue.ts';
import { version } from '../../core/version.ts';
import { findInterpreter, versionAtOnce } from '../../host/store/interpreters.ts';
import { killChildren } from '../../host/system/children.ts';
import { errnoOf } from '../../host/system/errno.ts';
import { guardOutput } from '../terminal/output.ts';

/** One line as tonistiigi/binfmt's `binfmt/9a44d27 qemu/v6.0.0 go/1.15.11`, by as little as can be loaded. */
export async function main(): Promise<ExitCode> {
  guardOutput();
  process.on('exit', killChildren);
  let sources: readonly string[] = defaults['interpreters.sources'];
  if (!isUntouched(process.env)) {
    const { loadConfig } = await import('../line/load-config.ts');
    const loaded = await loadConfig({}, process.env);
    if (!loaded.ok) return (await import('./words.ts')).misused(loaded.errors);
    sources = loaded.config.interpreters.sources;
  }
  const qemu = await emulatorVersion(sources);
  process.stdout.write(
    `binfmt-keeper/${version} qemu/${qemu === null ? 'none' : `v${qemu}`} node/${process.versions.node}\n`,
  );
  return exitCodes.ok;
}

/** Whether nobody says anything of settings: no variable of ours, and nothing where the file is looked for. */
function isUntouched(env: NodeJS.ProcessEnv): boolean {
  if (Object.keys(env).some((name) => name.startsWith('BINFMT_KEEPER_'))) return false;
  try {
    lstatSync('/etc/binfmt-keeper/config.yaml');
    return false;
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
}

/** Of the emulators the first one found is asked. */
async function emulatorVersion(sources: readonly string[]): Promise<string | null> {
  for (const architecture of catalogue) {
    const found = await findInterpreter(architecture, sources);
    if (found.ok) return versionAtOnce(found.path);
  }
  return null;
}
