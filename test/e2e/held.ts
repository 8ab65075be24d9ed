import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { EmulatedProcess } from '../../src/core/ps/process.ts';
import { writeProbes } from '../../src/host/probe/files.ts';
import { cli } from './cli.ts';
import { targets } from './foreign.ts';
import type { World } from './world.ts';

const [target] = targets;
/** The emulator of these cases. */
export const emulator = `/usr/bin/qemu-${target}-static`;
/** A program that waits for its input. */
export const piped = { stdio: ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit'] };

/** An instance of its own, with an entry as other tools register it. */
export function registered(world: World, flags = 'F', interpreter = emulator): void {
  if (!world.isMounted(world.main)) world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
  world.register('emu', interpreter, flags);
}

/** The foreign program is there. */
export async function probesIn(world: World): Promise<void> {
  mkdirSync(`${world.dir}/probes`, { recursive: true });
  await writeProbes(`${world.dir}/probes`, [target]);
}

/** A foreign program that waits for a byte. */
export async function hold(world: World, args: readonly string[], argv0?: string): Promise<ChildProcess> {
  await probesIn(world);
  return wait(spawn(world.probe(), args, { ...piped, ...(argv0 === undefined ? {} : { argv0 }) }));
}

/** It has said its name, so it runs. */
export async function wait(child: ChildProcess): Promise<ChildProcess> {
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout?.once('data', resolve);
  });
  return child;
}

/** Lets it go, and waits for its end. */
export async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin?.end('x');
  await ended;
}

/** What `ps` lists. */
export function listed(world: World, prefix: readonly string[] = []): readonly EmulatedProcess[] {
  const quiet = [...prefix, 'sh', '-c', 'exec "$@" 2>/dev/null', 'sh'];
  const { said } = cli(world, ['ps', '-o', 'json'], quiet);
  return JSON.parse(said).processes;
}

/** What it says of one process. */
export function find(world: World, { pid }: ChildProcess): EmulatedProcess | undefined {
  return listed(world).find((one) => one.pid === pid);
}
