import { spawn } from 'node:child_process';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';

/** Whether this process was started for an instance of its own, by us or by whoever set the variable. */
export function owns(): boolean {
  return process.env.BINFMT_KEEPER_SANDBOX === '1';
}

/**
 * Runs the same command in a new user and mount namespace with an instance of its own: no root is needed and the
 * host is not touched. Paths that only root may write move to the user's own directories. Linux ≥ 6.7.
 */
export function inSandbox(argv: readonly string[]): Promise<ExitCode> {
  const args = ['-Urm', '--propagation', 'private', process.execPath, ...process.execArgv];
  const child = spawn('unshare', [...args, process.argv[1] ?? '', ...argv], {
    stdio: 'inherit',
    env: { ...sandboxPaths(process.env), BINFMT_KEEPER_SANDBOX: '1', BINFMT_KEEPER_NEW_SANDBOX: '1' },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  if (argv[0] === 'run')
    process.stderr.write(
      `binfmt-keeper: a private instance, the host is not touched; to enter it:\n  nsenter --preserve-credentials -U -m -t ${child.pid} -- sh\n`,
    );
  return new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`binfmt-keeper: unshare cannot be run (${error.message}); install util-linux\n`);
      resolve(exitCodes.notSupported);
    });
    child.on('close', (status) => resolve(toExitCode(status)));
  });
}

function sandboxPaths(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const run = join(
    env.XDG_RUNTIME_DIR || tmpdir(),
    `binfmt-keeper-sandbox-${process.getuid?.() ?? 0}-${process.pid}`,
  );
  return {
    BINFMT_KEEPER_INTERPRETERS_STORE: join(cache, 'binfmt-keeper', 'store'),
    BINFMT_KEEPER_MOUNTS_ANCHOR: join(run, 'binfmt_misc'),
    ...env,
  };
}

function toExitCode(status: number | null): ExitCode {
  return Object.values(exitCodes).find((code) => code === status) ?? exitCodes.failed;
}
