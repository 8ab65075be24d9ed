import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { completion } from '../../src/cli/completion/completion.ts';
import { systemdUnits } from '../../src/cli/emit/systemd.ts';
import { parseConfig } from '../../src/core/config/config.ts';
import { neededDescriptors } from '../../src/core/kernel/descriptors.ts';
import { bundle } from './build.ts';
import { put, root, run, write } from './files.ts';
import { addSnapshot, fromSnapshot } from './snapshot.ts';

/** Debian's names of architectures with those of npm. */
export const architectures: Readonly<Record<string, string>> = { amd64: 'x64', arm64: 'arm64' };

/**
 * Where distributions put it; install.sh replaces it by its own prefix. Not /usr/lib: what SELinux's policies call a
 * library there is no program that systemd may start as a service.
 */
const home = '/usr/libexec/binfmt-keeper';
/** Those of main.ts, and no debugger that a stray SIGUSR1 opens. */
const nodeOptions = ['--max-semi-space-size=1', '--lite-mode', '--disable-sigusr1'];

/** The units in systemd/ by their file name: those of the built-in configuration. */
export function packagedUnits(snapshot = true): ReadonlyMap<string, string> {
  const parsed = parseConfig({ env: {}, flags: {} });
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  const start = snapshot ? [fromSnapshot(home)] : [];
  const command = [`${home}/node`, ...nodeOptions, ...start, `${home}/main.mjs`];
  return systemdUnits(parsed.config, parsed.origins, { command, configFile: null });
}

/** Lays out what a tarball holds: it runs where it is unpacked, and systemd/install.sh puts it in place. */
export async function layOut(tree: string, arch: string, cache: string): Promise<void> {
  const npmArch = architectures[arch] ?? '';
  const lib = join(tree, 'libexec/binfmt-keeper');
  await bundle(lib);
  chmodSync(join(lib, 'main.mjs'), 0o644);
  putNatives(lib, [npmArch], cache);
  const node = npmPackage(`node-linux-${npmArch}`, cache);
  put(join(node, 'bin/node'), join(lib, 'node'), 0o755);
  const snapshot = await freeze(lib, arch);
  write(join(tree, 'sbin/binfmt-keeper'), wrapper(snapshot), 0o755);
  put(join(root, 'man/binfmt-keeper.8'), join(tree, 'share/man/man8/binfmt-keeper.8'), 0o644);
  put(join(root, 'man/binfmt-keeper.yaml.5'), join(tree, 'share/man/man5/binfmt-keeper.yaml.5'), 0o644);
  write(join(tree, 'share/bash-completion/completions/binfmt-keeper'), completion('bash'), 0o644);
  const doc = join(tree, 'share/doc/binfmt-keeper');
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', 'docs/config.sample.yaml', 'docs/systemd.md'])
    put(join(root, file), join(doc, basename(file)), 0o644);
  put(join(node, 'LICENSE'), join(doc, 'LICENSE.node'), 0o644);
  for (const [name, content] of packagedUnits(snapshot)) write(join(tree, 'systemd', name), content, 0o644);
  put(join(root, 'systemd/install.sh'), join(tree, 'systemd/install.sh'), 0o755);
}

/** Exchanges the native modules in a bundle, which are those of the machine that builds, for those of these architectures. */
export function putNatives(bundled: string, npmArchitectures: readonly string[], cache: string): void {
  for (const file of readdirSync(bundled).filter((name) => name.endsWith('.node')))
    rmSync(join(bundled, file));
  for (const arch of npmArchitectures) {
    const koffi = npmPackage(`@koromix/koffi-linux-${arch}`, cache);
    for (const entry of readdirSync(koffi).filter((name) => /^(linux|musl)_/.test(name))) {
      const libc = entry.startsWith('musl') ? 'musl' : 'glibc';
      put(join(koffi, entry, 'koffi.node'), join(bundled, `koffi-${arch}-${libc}.node`), 0o644);
    }
  }
}

/** Adds a snapshot where the Node of that architecture runs here, by an emulator if need be; false where it does not. */
async function freeze(lib: string, arch: string): Promise<boolean> {
  const own = architectures[arch] === process.arch;
  const emulator = emulators[arch];
  const node = own || emulator === undefined ? [join(lib, 'node')] : [emulator, join(lib, 'node')];
  try {
    await addSnapshot(lib, node, nodeOptions);
    return true;
  } catch (error) {
    if (own) throw error;
    console.error(`${arch}: without a snapshot, so each start takes longer: ${String(error)}`);
    return false;
  }
}

/** Programs that run another architecture's Node where no handler does. */
const emulators: Readonly<Record<string, string>> = {
  amd64: 'qemu-x86_64-static',
  arm64: 'qemu-aarch64-static',
};

/** Finds its own place, so that an unpacked tarball runs where it lies. */
const wrapper = (snapshot: boolean): string => `#!/bin/sh
lib=$(dirname -- "$(readlink -f -- "$0")")/../libexec/binfmt-keeper
# With fewer than 24 Node itself does not start; it raises the soft limit by itself.
most=$(ulimit -Hn)
if [ "$most" != unlimited ] && [ "$most" -lt ${neededDescriptors} ]; then
  echo "binfmt-keeper: too-few-descriptors: this process may open $most files, and ${neededDescriptors} are needed: ulimit -n 1024" >&2
  exit 4
fi
# Without a compiler, for commands too: SELinux lets no maintainer script make memory executable (execmem of dpkg_script_t).
exec "$lib/node" ${nodeOptions.join(' ')} ${snapshot ? `"${fromSnapshot('$lib')}" ` : ''}"$lib/main.mjs" "$@"
`;

/** A package as it is installed here, or else as npm fetches it and package-lock.json knows its hash. */
function npmPackage(name: string, cache: string): string {
  const installed = join(root, 'node_modules', name);
  if (existsSync(installed)) return installed;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { version, integrity } = packages[`node_modules/${name}`];
  const directory = join(cache, `${name.replace('/', '-')}-${version}`);
  const unpacked = join(directory, 'package');
  if (existsSync(unpacked)) return unpacked;
  mkdirSync(directory, { recursive: true });
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const pack = ['pack', '--json', '--pack-destination', directory, `${name}@${version}`];
  const [{ integrity: got }] = JSON.parse(run(command, [...first, ...pack]));
  if (got !== integrity) throw new Error(`${name} ${version}: expected ${integrity}, got ${got}`);
  const file = readdirSync(directory).find((entry) => entry.endsWith('.tgz')) ?? '';
  run('tar', ['-xzf', join(directory, file), '-C', directory]);
  rmSync(join(directory, file));
  return unpacked;
}
