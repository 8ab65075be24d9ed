// `npm start`: from a fresh clone to a running keeper. Installs packages and QEMU where they lack, builds, and runs the
// daemon: as root on this host, else or with --sandbox in a private instance. All arguments go to the daemon.
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { emulatorDirectory, obtainEmulators } from './emulators.mjs';
import {
  installPackages,
  nodeOf,
  requireNode,
  root,
  run,
  runInForeground,
  say,
  stripsTypes,
} from './setup.mjs';

/** user_namespaces(7): the initial one has this number on every Linux (include/linux/proc_ns.h). */
const initialUserNamespace = 'user:[4026531837]';

const args = process.argv.slice(2);
const bundle = join(root, 'dist/main.mjs');
/** Halves what V8 keeps for itself; heals take no longer (docs/benchmarks.md). The same as in the first line of main.ts. */
const lean = ['--max-semi-space-size=1', '--lite-mode'];

requireNode([20, 19]);
installPackages();
const node = nodeOf(stripsTypes);
run(node.path, [join(root, 'scripts/build.ts')]);
say(`built dist/main.mjs, running on Node ${node.version}`);
const sources = emulators();

const sandbox = isSandbox();
const flags = sandbox && !args.includes('--sandbox') ? ['--sandbox', ...args] : args;
process.exitCode = await runInForeground(node.path, [...lean, bundle, 'run', ...flags], {
  env: { ...process.env, ...sources },
});

/** Makes sure that there is an emulator. Returns the setting that names its place, if that is not the usual one. */
function emulators() {
  const { values } = parseArgs({ args, strict: false, options: { config: { type: 'string' } } });
  if (typeof values['interpreters-sources'] === 'string') return {}; // whoever names the place knows it
  const config = typeof values.config === 'string' ? ['--config', values.config] : [];
  const shown = JSON.parse(run(node.path, [bundle, 'config', 'show', '-o', 'json', ...config]));
  const usual = shown.config.interpreters.sources;
  const found = emulatorDirectory(usual) ?? obtainEmulators(usual);
  say(`QEMU found in ${found}`);
  if (usual.includes(found)) return {};
  return { BINFMT_KEEPER_INTERPRETERS_SOURCES: [found, ...usual].join(',') };
}

function isSandbox() {
  if (args.includes('--sandbox')) {
    say('running in a private instance, as asked; the host is not touched');
    return true;
  }
  if (process.getuid() !== 0 || readlinkSync('/proc/self/ns/user') !== initialUserNamespace) {
    say('not root on the host: running in a private instance; the host is not touched');
    return true;
  }
  say('running as root on this host');
  return false;
}
