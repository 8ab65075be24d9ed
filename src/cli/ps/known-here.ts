import type { Config } from '../../core/config/config.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { parseEntry } from '../../core/kernel/entry.ts';
import { atLeast, parseKernelVersion } from '../../core/kernel/kernel-version.ts';
import { type HandlerFile, knownEmulators } from '../../core/ps/known.ts';
import type { Census } from '../../core/ps/process.ts';
import type { Machine } from '../../host/machine.ts';
import { hostNameOf } from '../../host/mounts/host-path.ts';

/** Looks at the processes of this host, going by the entries of its instance where they can be read; changes nothing. */
export async function censusHere(machine: Machine, config: Config): Promise<Census> {
  const entries = await entriesHere(machine, config);
  const store = bytesOf(hostNameOf(config.interpreters.store));
  const prefix = bytesOf(config.names);
  // Own handlers have no platform in the catalogue; what they run under is ours all the same.
  const own = entries.flatMap(({ name, interpreter, flags }): HandlerFile[] =>
    interpreter.startsWith(`${store}/`) && name.startsWith(prefix)
      ? [{ interpreter, flags, platform: name.slice(prefix.length) }]
      : [],
  );
  const known = knownEmulators(entries, [], store);
  const byPath = new Map(own.map((one) => [one.interpreter, one]));
  return machine.lookAtProcesses({
    known: { store, byPath: new Map([...byPath, ...known.byPath]) },
    host: machine.hostArchitecture(),
    transparent: entries.some(({ flags }) => flags.includes('T')) || isTransparent(machine.kernelRelease()),
  });
}

/** Linux 7.3 has the flag T; where entries cannot be read, or are those of another instance, any of them may have it. */
function isTransparent(release: string): boolean {
  const kernel = parseKernelVersion(release);
  return kernel !== null && atLeast(kernel, 7, 3);
}

async function entriesHere(machine: Machine, config: Config) {
  const seen = await machine.observeMounts(config.mounts);
  const [path] = (['anchor', 'main'] as const).filter((name) => {
    const state = seen[name];
    return state.kind === 'binfmt' && !state.covered;
  });
  if (path === undefined) return [];
  const opened = machine.openInstance(bytesOf(config.mounts[path]));
  if (!opened.ok) return [];
  try {
    return opened.instance.names().flatMap((name) => {
      const entry = parseEntry(opened.instance.read(name)?.text ?? '');
      return entry === null ? [] : [{ name, ...entry }];
    });
  } catch {
    return []; // it was unmounted meanwhile, or may not be read
  } finally {
    opened.instance.close();
  }
}
