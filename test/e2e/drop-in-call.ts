import { spawn } from 'node:child_process';
import { keeper, type World } from './world.ts';

/** What a call said, as whoever runs the image sees it. */
export interface Called {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a container shares with the host of the world, and what is set in it. */
export interface Container {
  /** The run directory is a volume, mounted `rshared`. */
  readonly volume?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs the program as the one process of a fresh container: namespaces of its own for processes and mounts, a /proc of
 * its own (so the host's main mount is not to be seen, as in a privileged container), and a mount table that ends with
 * it. The world's namespace plays the host.
 */
export function callInContainer(
  world: World,
  args: readonly string[],
  { volume = false, env = {} }: Container = {},
): Promise<Called> {
  const run = volume ? world.run : '/run/binfmt-keeper-of-a-container';
  // The host's mounts of binfmt_misc are not in a container's table: they stayed behind with the old root.
  const enter = 'umount -l /proc/sys/fs/binfmt_misc 2>/dev/null; mount -t proc proc /proc';
  const own = `umount -l ${world.anchor} 2>/dev/null; mount -t tmpfs tmpfs /run && mkdir -m 755 ${run}`;
  const script = `${enter} && ${volume ? '' : `${own} && `}exec "$@"`;
  const propagation = volume ? 'unchanged' : 'private';
  const child = spawn(
    'unshare',
    [
      ...['-m', '-p', '-f', '--propagation', propagation, '--kill-child'],
      ...['sh', '-c', script, 'sh', process.execPath, '--no-warnings', keeper, ...args],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        BINFMT_KEEPER_SANDBOX: '1',
        BINFMT_KEEPER_INTERPRETERS_STORE: world.store,
        BINFMT_KEEPER_MOUNTS_ANCHOR: `${run}/binfmt_misc`,
        BINFMT_KEEPER_HTTP_LISTEN: 'off',
        ...env,
      },
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Lets mounts that are made below the run directory appear in other namespaces, as on a host with systemd. */
export function shareRunDirectory(world: World): void {
  world.must('mount', '--bind', world.run, world.run);
  world.must('mount', '--make-shared', world.run);
}
