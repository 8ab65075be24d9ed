import type { Config } from '../../core/config/config.ts';
import { catalogue } from '../../core/platforms/catalogue.ts';
import { version } from '../../core/version.ts';
import type { Machine } from '../../host/machine.ts';

/** One line as tonistiigi/binfmt's `binfmt/9a44d27 qemu/v6.0.0 go/1.15.11`; of the emulators the first one found is asked. */
export async function versionLine(machine: Machine, config: Config): Promise<string> {
  const qemu = await emulatorVersion(machine, config);
  return `binfmt-keeper/${version} qemu/${qemu === null ? 'none' : `v${qemu}`} node/${process.versions.node}\n`;
}

async function emulatorVersion(machine: Machine, config: Config): Promise<string | null> {
  for (const architecture of catalogue) {
    const found = await machine.findInterpreter(architecture, config.interpreters.sources);
    if (found.ok) return machine.interpreterVersion(found.path);
  }
  return null;
}
