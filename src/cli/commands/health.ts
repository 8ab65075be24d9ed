import { readFile, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { visible } from '../../core/text/visible.ts';
import { printRequest } from '../../core/wire/control.ts';
import { connectControl, nobodyListens } from '../../host/net/control-socket.ts';
import type { Context } from '../terminal/context.ts';
import { guardOutput } from '../terminal/output.ts';

/**
 * `health`, for supervisors that ask every few seconds: whether the running daemon says that it is ready. Without
 * options it loads neither the reader of command lines nor, where nothing speaks of another place, that of
 * configurations.
 */
export async function main(): Promise<ExitCode> {
  guardOutput();
  const { env, stdout, stderr } = process;
  const usual = await usualDirectory(env);
  const print = (answer: Health): ExitCode => {
    (answer.exit === exitCodes.ok ? stdout : stderr).write(`${answer.text}\n`);
    return answer.exit;
  };
  if (usual !== null) return print(await askHealth(usual));
  const { loadConfig } = await import('../line/load-config.ts');
  const parsed = await loadConfig({}, env);
  if (parsed.ok) return print(await askHealth(dirname(parsed.config.mounts.anchor)));
  return print({ exit: exitCodes.usage, text: parsed.errors.join('\n') });
}

/** The same with options, which were read as those of every other command. */
export async function health(context: Context, config: Config): Promise<ExitCode> {
  const { exit, text } = await askHealth(dirname(config.mounts.anchor));
  (exit === exitCodes.ok ? context.out : context.err)(`${text}\n`);
  return exit;
}

/** What to tell a supervisor, and in words. */
interface Health {
  readonly exit: ExitCode;
  readonly text: string;
}

/** A daemon that takes longer stands still, or is not through with its first pass. */
const patienceMs = 5000;
/** A report of a thousand handlers is a hundredth of this. */
const longestAnswer = 64 * 1024 * 1024;

const usualRunDirectory = '/run/binfmt-keeper';
const usualConfig = '/etc/binfmt-keeper/config.yaml';

/** The run directory where it takes no parser to know it; null where one has to look. */
async function usualDirectory(env: NodeJS.ProcessEnv): Promise<string | null> {
  // An empty list is refused by whoever reads it in full.
  if (env.BINFMT_KEEPER_PLATFORMS?.trim() === '') return null;
  const anchor = env.BINFMT_KEEPER_MOUNTS_ANCHOR;
  // The environment goes before the file.
  if (anchor) return /^(\/\w[\w.-]*){2,}$/.test(anchor) ? dirname(anchor) : null;
  if (env.BINFMT_KEEPER_CONFIG) return null;
  try {
    if (!(await stat(usualConfig)).isFile()) return null;
    // A key may be written with escapes too.
    return /anchor|\\/.test(await readFile(usualConfig, 'utf8')) ? null : usualRunDirectory;
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return absent ? usualRunDirectory : null;
  }
}

async function askHealth(dir: string): Promise<Health> {
  const connected = await connectControl(dir);
  if (!connected.ok) {
    if (!nobodyListens(connected.code)) return { exit: exitCodes.notPermitted, text: connected.message };
    const { sandboxHint } = await import('../sandbox/hint.ts');
    const text = `no daemon listens in ${dir}\n${sandboxHint('health')}`.trimEnd();
    return { exit: exitCodes.notPermitted, text };
  }
  const { socket } = connected;
  socket.on('error', () => {});
  const timer = setTimeout(() => socket.destroy(), patienceMs);
  try {
    socket.write(printRequest({ type: 'status' }));
    return readAnswer(await lastLine(socket), dir);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** The daemon's last word is a line of its own; before it come lines of progress, which are short. */
async function lastLine(socket: Socket): Promise<string> {
  let text = '';
  try {
    for await (const part of socket.setEncoding('utf8')) {
      text += String(part);
      if (text.length > longestAnswer) return '';
    }
  } catch {
    // reset or destroyed: what came is judged
  }
  return text.endsWith('\n') ? (text.trimEnd().split('\n').at(-1) ?? '') : '';
}

/** Looks at no more of the answer than at what it says: the whole report is `status`'s to check. */
function readAnswer(line: string, dir: string): Health {
  const answer = parse(line);
  if (answer.type === 'report' && typeof answer.ok === 'boolean') {
    const report = isObject(answer.report) ? answer.report : {};
    const state = answer.ok ? 'ready' : 'not ready';
    const text = [`${String(report.summary ?? '')}; ${state}`, ...dangersIn(report)].join('\n');
    return { exit: answer.ok ? exitCodes.ok : exitCodes.failed, text };
  }
  const text =
    answer.type === 'error'
      ? `the daemon was asked: ${String(answer.code)}: ${String(answer.detail)}`
      : `the daemon listens in ${dir}, but has not answered within ${patienceMs / 1000} s`;
  return { exit: exitCodes.failed, text };
}

/** Next to nothing can be started then, so whoever sees this must see what helps. */
function dangersIn({ problems }: Readonly<Record<string, unknown>>): readonly string[] {
  if (!Array.isArray(problems)) return [];
  const dangers = problems.filter((p) => isObject(p) && p.code === 'dangerous-entry');
  return dangers.map((p) => visible(`${p.title}: ${p.subject}: ${p.detail}`));
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
