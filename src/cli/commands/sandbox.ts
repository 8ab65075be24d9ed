import { type ChildProcess, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve as toAbsolute } from 'node:path';
import type { Duplex } from 'node:stream';
import { settings } from '../../core/config/options.ts';
import { outsideCommandVariable, sandboxPlaces } from '../../core/config/sandbox.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { neededDescriptors } from '../../core/kernel/descriptors.ts';
import { prepareRunDirectory } from '../../host/files/run-directory.ts';
import { descriptorLimit } from '../../host/system/descriptors.ts';
import { namespacesOf } from '../../host/system/identity.ts';
import { nameProcess } from '../../host/system/process-name.ts';
import type { Flags } from '../line/flag-faults.ts';
import { ownCommand } from '../sandbox/own-command.ts';
import { complain } from '../terminal/complain.ts';
import { contextOf } from '../terminal/context.ts';

/** The descriptor that ties both processes together: what is said on it, and that it ends. */
const lifelineFd = 3;

/**
 * Namespaces twice: what the first pair mounts over the host's instances is locked in the second (mount_namespaces(7)),
 * so that no umount there brings to light what lies beneath.
 */
const unshared = ['-Urm', '--propagation', 'private'];
const twice = `BINFMT_KEEPER_SANDBOX_PLACES=1 "$@" || exit $?
. ${sandboxPlaces.environment} && exec unshare ${unshared.join(' ')} "$@"`;

/**
 * Runs the same command in a new user and mount namespace with an instance of its own: no root is needed and the
 * host is not touched. `cli/commands/new-sandbox.ts` is the other side. Linux ≥ 6.7.
 */
export async function inSandbox(argv: readonly string[], flags: Flags): Promise<ExitCode> {
  const limit = descriptorLimit();
  if (limit < neededDescriptors) {
    const detail = `this process may open ${limit} files, and ${neededDescriptors} are needed`;
    complain(contextOf({}), 'too-few-descriptors', detail);
    return exitCodes.notSupported;
  }
  const program = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  const env = { ...(await sandboxEnvironment(flags)), BINFMT_KEEPER_NEW_SANDBOX: namespacesOf('self') };
  // Found by this in the list of processes, whatever they are called otherwise.
  nameProcess(['binfmt-keeper', '--sandbox']);
  const child = spawn('unshare', [...unshared, 'sh', '-c', twice, 'sh', ...program, ...argv], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env,
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return ended(child, argv[0] === 'run');
}

function ended(child: ChildProcess, isDaemon: boolean): Promise<ExitCode> {
  let made = false;
  const lifeline = child.stdio[lifelineFd] as Duplex | undefined;
  lifeline?.on('error', () => {});
  lifeline?.once('data', () => {
    made = true;
    if (isDaemon)
      process.stderr.write(
        `binfmt-keeper: a private instance, the host is not touched. To enter it, from any terminal:\n  ${ownCommand()} enter\n`,
      );
  });
  const refuse = (detail: string): ExitCode => {
    complain(contextOf({}), 'sandbox-unavailable', detail);
    return exitCodes.notSupported;
  };
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(refuse(`unshare(1) cannot be run: ${error.message}`)));
    child.on('close', (status, signal) => {
      // What unshare(1) itself says stands above; the other side has said why where it ends with another status.
      if (!made && status !== exitCodes.notSupported && signal === null)
        resolve(refuse('unshare(1) could not make a user namespace and a mount namespace'));
      else resolve(toExitCode(status));
    });
  });
}

/**
 * What is asked for by flags is asked for by variables too, so that commands typed inside mean the same. Emulators are
 * kept in the cache, unless others could exchange them there: whoever runs as root would execute theirs.
 */
async function sandboxEnvironment(flags: Flags): Promise<NodeJS.ProcessEnv> {
  const { env } = process;
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'binfmt-keeper');
  const trusted = await prepareRunDirectory(cache);
  const asked = settings.flatMap(({ flag, env: name }) => {
    const value = flags[flag.slice(2)];
    return value === undefined || value === ''
      ? []
      : [[name, Array.isArray(value) ? value.join(',') : String(value)]];
  });
  return {
    BINFMT_KEEPER_INTERPRETERS_STORE: trusted.ok ? join(cache, 'store') : sandboxPlaces.store,
    BINFMT_KEEPER_MOUNTS_ANCHOR: sandboxPlaces.anchor,
    // An entry pins its interpreter, and with it the file system that it lies on, beyond the end of the namespaces.
    BINFMT_KEEPER_ON_STOP: 'remove',
    ...env,
    ...Object.fromEntries(asked),
    ...(typeof flags.config === 'string' ? { BINFMT_KEEPER_CONFIG: toAbsolute(flags.config) } : {}),
    BINFMT_KEEPER_SANDBOX: '1',
    [outsideCommandVariable]: ownCommand(),
  };
}

function toExitCode(status: number | null): ExitCode {
  return Object.values(exitCodes).find((code) => code === status) ?? exitCodes.failed;
}
