import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { targets } from '../e2e/foreign.ts';
import type { World } from '../e2e/world.ts';

export const target: string = targets[0];
export const ours: string = `keeper-${target}`;
export const run = 'binfmt-keeper run';

/** The instance before any daemon. */
export function mountMain({ must, main }: World): void {
  must('mount', '-t', 'binfmt_misc', 'binfmt_misc', main);
}

/** A directory with a mount of its own. */
export function place(world: World, path: string, options = 'mode=755'): string {
  mkdirSync(path, { recursive: true });
  world.must('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', path);
  return path;
}

/** A copy of a program of this machine. */
export function program(path: string): string {
  copyFileSync('/bin/true', path);
  return path;
}

/** A mount that never answers. */
export function hang(world: World, dir: string): void {
  mkdirSync(dir, { recursive: true });
  const server = fileURLToPath(new URL('../host/hung-fuse.child.ts', import.meta.url));
  world.child(process.execPath, ['--no-warnings', server, dir]);
  const end = performance.now() + 20_000;
  while (!world.isMounted(dir, 'fuse')) if (performance.now() > end) throw new Error('no FUSE');
}

/** A line of somebody else that matches files which begin with four letters. */
export function line(name: string, interpreter: string, flags = '', magic = 'QQQQ'): string {
  return `:${name}:M::${magic}::${interpreter}:${flags}`;
}
