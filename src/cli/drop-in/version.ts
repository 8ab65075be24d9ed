import { lstatSync } from 'node:fs';
import { defaults } from '../../core/config/defaults.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { type Architecture, catalogue } from '../../core/platforms/catalogue.ts';
import { version } from '../../core/version.ts';
import { findInterpreter, versionAtOnce } from '../../host/store/interpreters.ts';
import { knownVersion } from '../../host/store/known-version.ts';
import { killChildren } from '../../host/system/children.ts';
import { errnoOf } from '../../host/system/errno.ts';
import { guardOutput } from '../terminal/output.ts';

/** One line as tonistiigi/binfmt's `binfmt/9a44d27 qemu/v6.0.0 go/1.15.11`, by as little as can be loaded. */
export async function main(): Promise<ExitCode> {
  guardOutput();
  process.on('exit', killChildren);
  let sources: readonly string[] = defaults['interpreters.sources'];
  let store: string = defaults['interpreters.store'];
  if (!isUntouched(process.env)) {
    const { loadConfig } = await import('../line/load-config.ts');
    const loaded = await loadConfig({}, process.env);
    if (!loaded.ok) return (await import('./words.ts')).misused(loaded.errors);
    ({ sources, store } = loaded.config.interpreters);
  }
  const qemu = await emulatorVersion(sources, store);
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

/** Targets that machines run by themselves, as a rule: nothing uses their emulators, and no store has them. */
const own: Readonly<Record<string, readonly string[]>> = {
  x64: ['x86_64', 'i386'],
  arm64: ['aarch64', 'arm'],
};

/** Of the emulators the first one found is asked, those of this machine at last. */
async function emulatorVersion(sources: readonly string[], store: string): Promise<string | null> {
  const isOwn = ({ target }: Architecture): boolean => own[process.arch]?.includes(target) ?? false;
  for (const architecture of [...catalogue.filter((a) => !isOwn(a)), ...catalogue.filter(isOwn)]) {
    const found = await findInterpreter(architecture, sources);
    if (found.ok) return (await knownVersion(store, found.path)) ?? versionAtOnce(found.path);
  }
  return null;
}
