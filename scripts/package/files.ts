import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's directory. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Whether the command line names the file that asks, by the URL of its module and its name: in a bundle the URL alone is
 * that of the bundle, and everything in it would run.
 */
export function isCalled(url: string, name: string): boolean {
  return process.argv[1] === fileURLToPath(url) && basename(process.argv[1]) === name;
}

/** Copies a file, with the directories above it. */
export function put(from: string, to: string, mode: number): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

/** Writes a file, with the directories above it. */
export function write(file: string, content: string, mode: number): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

/** Runs a program that must succeed; returns what it printed. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { env, encoding: 'utf8', cwd: root });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? (stderr.trim() || stdout.trim())}`);
}

/** Seconds since 1970 of the last commit, so that the same sources yield the same bytes. */
export function changedAt(): string {
  const { stdout, status } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return process.env.SOURCE_DATE_EPOCH ?? (status === 0 && stdout.trim() !== '' ? stdout.trim() : '0');
}
