import { spawn } from 'node:child_process';
import { accessSync, existsSync, constants as fsConstants, statSync } from 'node:fs';
import { constants } from 'node:os';
import type { Config } from '../../core/config/config.ts';
import type { Explanation } from '../../core/diagnose/explanation.ts';
import { causeKind, remedyText } from '../../core/diagnose/remedy.ts';
import { exitCodes } from '../../core/exit-codes.ts';
import { visible } from '../../core/text/visible.ts';
import type { Context } from '../terminal/context.ts';
import { explainFiles } from './files.ts';
import { whatText } from './what-text.ts';

/** What shells say of a command that cannot be executed, and of one that is not there. */
const cannotRun = 126;
const notFound = 127;

/** Runs a command where it can run, and hands on its exit status and signals; else says in a sentence why it cannot. */
export async function gate(context: Context, config: Config, command: readonly string[]): Promise<number> {
  const say = (text: string, status: number): number => {
    if (context.flags.quiet !== true) context.err(`binfmt-keeper: ${text}\n`);
    return status;
  };
  const other = ['root', 'pid', 'checksums', 'rename'].find((name) => name in context.flags);
  if (other !== undefined) return say(`explain: --gate does not go with --${other}`, exitCodes.usage);
  const [name, ...args] = command;
  if (name === undefined) return say('explain: --gate needs a command to run', exitCodes.usage);
  const path = name.includes('/') ? name : foundIn(context.env.PATH ?? '/usr/bin:/bin', name);
  if (path === null) return say(`${visible(name)}: there is no such command on PATH`, notFound);
  const explained = await explainFiles(context, config, [path]);
  if ('why' in explained) return say(`explain: ${visible(explained.why)}`, explained.exit);
  const [one] = explained.found;
  if (one?.verdict.kind === 'fails') {
    const missing = one.verdict.errno === 'ENOENT' && one.what === null;
    return say(sentenceOf(one, context), missing ? notFound : cannotRun);
  }
  if (one?.verdict.kind !== 'unknown' || !existsSync(bash)) return run(path, name, args, say);
  const status = await run(bash, bash, ['-p', '-c', 'exec -a "$0" -- "$@"', name, path, ...args], say);
  return status === cannotRun ? say(`${visible(name)}: ${visible(one.verdict.why)}`, status) : status;
}

/** Where the kernel refuses a program, execvp(3) gives it to /bin/sh, which takes it for a script; bash looks first. */
const bash = '/bin/bash';

function sentenceOf(one: Explanation, { here }: Context): string {
  const { verdict, what } = one;
  if (verdict.kind !== 'fails') return '';
  const is = what === null ? '' : ` is ${whatText(what, one.platform)} and`;
  const errno = verdict.errno === null ? '' : ` (${verdict.errno})`;
  const cause = lowered(verdict.cause.detail || causeKind(verdict.cause.code).title);
  return `${visible(one.file)}${is} cannot run here${errno}: ${visible(cause)}. ${remedyText(verdict.cause, here)}`;
}

/** As the rest of a sentence; names keep their letters. */
function lowered(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** As execvp(3) looks for it: the first regular file that may be executed. */
function foundIn(path: string, name: string): string | null {
  for (const directory of path.split(':')) {
    const file = `${directory === '' ? '.' : directory}/${name}`;
    try {
      accessSync(file, fsConstants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // not there
    }
  }
  return null;
}

/** Those of the terminal reach the command by themselves. */
const terminals = ['SIGINT', 'SIGQUIT'] as const;
const passed = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'] as const;

function run(
  path: string,
  name: string,
  args: readonly string[],
  say: (text: string, status: number) => number,
): Promise<number> {
  // Before it is started: a signal that comes the moment it lives would end this process alone. They are delivered later.
  for (const signal of terminals) process.on(signal, () => process.stdin.isTTY || child.kill(signal));
  for (const signal of passed) process.on(signal, () => child.kill(signal));
  const child = spawn(path, args, { argv0: name, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve(say(`${visible(name)} cannot be run: ${error.code ?? error.message}`, cannotRun)),
    );
    child.on('close', (status, signal) => resolve(status ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}
