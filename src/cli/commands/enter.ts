import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { sandboxPlaces } from '../../core/config/sandbox.ts';
import { exitCodes } from '../../core/exit-codes.ts';
import { findSandboxes, type Sandbox, sandboxOf } from '../../host/sandbox/sandboxes.ts';
import type { Flags } from '../line/flag-faults.ts';
import { ownCommand } from '../sandbox/own-command.ts';
import { owns } from '../sandbox/owns.ts';

/** `enter`: a command, or a shell, in a running sandbox; its exit status is ours. */
export async function enter(flags: Flags, command: readonly string[]): Promise<number> {
  if (owns()) return say('this is the sandbox already: type the command as it is', exitCodes.usage);
  const chosen = choose(flags.pid);
  if (typeof chosen === 'string') return say(chosen, exitCodes.failed);
  const namespaces = open(chosen);
  if (namespaces === null)
    return say(`the sandbox of process ${chosen.pid} has just ended`, exitCodes.failed);
  const shell = command.length === 0;
  if (shell && process.stdin.isTTY)
    say(`in the sandbox of process ${chosen.pid}: binfmt-keeper status shows its handlers, exit leaves it`);
  try {
    return await run(namespaces, shell ? shellCommand() : command);
  } finally {
    for (const fd of namespaces) closeSync(fd);
  }
}

function choose(pid: unknown): Sandbox | string {
  if (pid !== undefined) {
    const asked = /^\d+$/.test(String(pid)) ? sandboxOf(Number(pid)) : null;
    return asked ?? `process ${String(pid)} is no sandbox of yours: ${listed()}`;
  }
  return findSandboxes()[0] ?? listed();
}

function listed(): string {
  const pids = findSandboxes().map((s) => s.pid);
  if (pids.length === 0) return `no sandbox of yours runs here; to start one: ${ownCommand()} run --sandbox`;
  return `there ${pids.length === 1 ? 'is' : 'are'} ${pids.join(', ')}`;
}

/** Both namespaces, held by descriptors, and only if they are still those of the process that was found. */
function open(found: Sandbox): readonly [number, number] | null {
  const fds: number[] = [];
  try {
    for (const kind of ['user', 'mnt']) fds.push(openSync(`/proc/${found.pid}/ns/${kind}`, 'r'));
    const [user, mount] = fds;
    const now = sandboxOf(found.pid);
    if (user !== undefined && mount !== undefined && now?.startedAt === found.startedAt) return [user, mount];
  } catch {
    // it has ended
  }
  for (const fd of fds) closeSync(fd);
  return null;
}

/** nsenter(1) of util-linux and of busybox; the shell inside sets the variables and goes where we were. */
function run(namespaces: readonly [number, number], command: readonly string[]): Promise<number> {
  const inside = `. ${sandboxPlaces.environment} && { cd -- "$1" 2>/dev/null || cd /; } && shift && exec "$@"`;
  const enterBoth = ['-U/proc/self/fd/3', '-m/proc/self/fd/4', '--preserve-credentials'];
  const child = spawn('nsenter', [...enterBoth, 'sh', '-c', inside, 'sh', process.cwd(), ...command], {
    stdio: ['inherit', 'inherit', 'inherit', ...namespaces],
    env: Object.fromEntries(
      Object.entries({ ...process.env, ENV: sandboxPlaces.shell }).filter(
        ([name]) => !name.startsWith('BINFMT_KEEPER_'),
      ),
    ),
  });
  // Those of the terminal reach the child by themselves.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve(
        say(`nsenter(1) cannot be run: ${error.message}; it comes with util-linux`, exitCodes.notSupported),
      ),
    );
    child.on('close', (status, signal) => resolve(status ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

/** bash with what its user has for it; for every other shell the plain one, which reads ENV. */
function shellCommand(): readonly string[] {
  const shell = process.env.SHELL ?? '';
  return basename(shell) === 'bash' ? [shell, '--rcfile', sandboxPlaces.shell] : ['sh'];
}

function say(text: string, exit = 0): number {
  process.stderr.write(`binfmt-keeper: ${text}\n`);
  return exit;
}
