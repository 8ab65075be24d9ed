// `npm start`: from a fresh clone to a running keeper. Obtains QEMU where it lacks, builds, and runs the daemon: as root on
// this host, else or with --sandbox in a private instance. All arguments go to the daemon.
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { emulatorDirectory } from './emulators.mjs';
import { withoutDebugger } from './node.mjs';
import { giveToOwner, mustBeWritable } from './places.mjs';
import { root, say } from './say.mjs';
import { mustStep, runInForeground } from './steps.mjs';

/** user_namespaces(7): the initial one has this number on every Linux (include/linux/proc_ns.h). */
const initialUserNamespace = 'user:[4026531837]';

const dist = join(root, 'dist');
const bundle = join(dist, 'main.mjs');
/** Halves what V8 keeps for itself; heals take no longer (docs/benchmarks.md). The same as in the first line of main.ts. */
const lean = ['--max-semi-space-size=1', '--lite-mode'];

/** Returns the exit status of the daemon, or of the step that failed. */
export async function run(node, args) {
  const sandbox = isSandbox(args);
  const { command, env } = await prepare(node, args, sandbox);
  const flags = sandbox && !args.includes('--sandbox') ? ['--sandbox', ...args] : args;
  return runInForeground(command[0], [...command.slice(1), 'run', ...flags], {
    grouped: false, // the daemon ends what it started itself
    env,
  });
}

/** Builds the keeper and makes sure of emulators; how it is called, and in which environment. */
export async function prepare(node, args, sandbox) {
  mustBeWritable([dist, bundle]);
  await mustStep(`building dist/main.mjs (Node ${node.version})`, node.path, [
    join(root, 'scripts/package/build.ts'),
  ]);
  await giveToOwner([dist]);
  const sources = await emulators(node, args, sandbox);
  return {
    command: [node.path, ...lean, ...withoutDebugger(node.version), bundle],
    env: { ...process.env, ...sources },
  };
}

/** Makes sure that there are emulators. Returns the setting that names their place, if that is not the usual one. */
async function emulators(node, args, sandbox) {
  const text = { type: 'string' };
  const options = { config: text, platforms: text, 'interpreters-sources': text };
  const { values } = parseArgs({ args, strict: false, options });
  if (typeof values['interpreters-sources'] === 'string') return {}; // whoever names the place knows it
  const given = ['config', 'platforms'].flatMap((name) =>
    typeof values[name] === 'string' ? [`--${name}`, values[name]] : [],
  );
  const shown = await mustStep('reading the configuration', node.path, [
    bundle,
    'config',
    'show',
    '-o',
    'json',
    ...given,
  ]);
  const { platforms, interpreters } = JSON.parse(shown).config;
  const asked = [join(root, 'scripts/package/wanted-emulators.ts'), JSON.stringify(platforms)];
  const wanted = JSON.parse(await mustStep('choosing emulators', node.path, asked));
  if (wanted.length === 0) return {};
  const found = await emulatorDirectory(interpreters.sources, wanted, sandbox);
  say(`QEMU found in ${found}`);
  if (interpreters.sources.includes(found)) return {};
  return { BINFMT_KEEPER_INTERPRETERS_SOURCES: [found, ...interpreters.sources].join(',') };
}

function isSandbox(args) {
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
