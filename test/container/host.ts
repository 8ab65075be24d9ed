import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeBytes } from '../../src/host/probe/files.ts';
import { foreignLine, targets } from '../e2e/foreign.ts';
import { until } from '../e2e/until.ts';

/** What a command said and how it ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Executes a foreign program again and again, in a container of its own, and counts what fails. */
export interface Prober {
  /** Waits for ten more attempts, all begun after the call, and says what the counts are. */
  count(): Promise<{ readonly execs: number; readonly failed: number; readonly stories: readonly string[] }>;
}

/** The image under test. */
export const image = process.env.IMAGE ?? 'localhost/binfmt-keeper:0.1.0';
/** The same with a newer QEMU, if there is one. */
export const newerImage = process.env.NEWER_IMAGE ?? `${image}-newer`;
/** The volumes that the documentation tells people to share. */
export const runVolume = ['-v', '/run/binfmt-keeper:/run/binfmt-keeper:rshared'];
const storeVolume = ['-v', '/var/lib/binfmt-keeper:/var/lib/binfmt-keeper'];
export const main = '/proc/sys/fs/binfmt_misc';
export const anchor = '/run/binfmt-keeper/binfmt_misc';
export const [target, other] = targets;

const insideVariable = 'CONTAINER_TEST_INSIDE';
const own = ['/run/binfmt-keeper', '/var/lib/binfmt-keeper'];
const prefix = `keeper-test-${process.pid}`;

/**
 * Plays the host in a mount namespace of its own: the kernel's instance is the machine's, the one of the initial user
 * namespace, but no mount of this test is to be seen outside, and all end with the namespace. False in the process that
 * only started the one within.
 */
export function becomeHost(): boolean {
  if (process.env[insideVariable] !== undefined) return true;
  const made = own.filter((directory) => !existsSync(directory));
  for (const directory of made) mkdirSync(directory, { recursive: true });
  // First private, then shared among ourselves: as on a host with systemd, whose containers may ask for rshared.
  const covers = own.map((directory) => `mount -t tmpfs -o mode=755 tmpfs ${directory}`);
  const script = [...covers, 'mount --make-rshared /', 'exec "$@"'].join(' && ');
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const args = ['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', ...self];
  const { status } = spawnSync('unshare', args, {
    stdio: 'inherit',
    env: { ...process.env, [insideVariable]: '1', CONTAINERS_CONF: containersConf() },
  });
  for (const directory of made) rmdirSync(directory);
  process.exitCode = status ?? 1;
  return false;
}

/** podman as these tests want it, unless whoever runs them has said otherwise. */
function containersConf(): string {
  const given = process.env.CONTAINERS_CONF;
  if (given !== undefined) return given;
  const path = join(mkdtempSync(join(tmpdir(), 'binfmt-keeper-podman-')), 'containers.conf');
  writeFileSync(
    path,
    '[containers]\nnetns = "none"\ndefault_ulimits = ["nofile=1024:4096", "nproc=1000:1000"]\n[engine]\nruntime = "runc"\n',
  );
  process.on('exit', () => rmSync(join(path, '..'), { recursive: true, force: true }));
  return path;
}

/** Why these tests cannot run here; null where they can. */
export function obstacle(): string | null {
  if (process.getuid?.() !== 0) return 'only root can do this';
  if (spawnSync('podman', ['image', 'exists', image]).status !== 0)
    return `there is no image ${image}: npm run image`;
  if (/ - binfmt_misc /.test(readFileSync('/proc/1/mountinfo', 'utf8')))
    return 'this machine has binfmt_misc mounted, and these tests need one that has not';
  mountMain();
  const there = entries();
  unmount(main);
  return there.length > 0 ? `entries are registered on this machine: ${there.join(', ')}` : null;
}

/** A directory for the probes, which containers get as a volume. */
export const scratch = mkdtempSync(join(tmpdir(), 'binfmt-keeper-container-'));
chmodSync(scratch, 0o755);
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const name of targets)
  writeFileSync(join(scratch, `probe.${name}`), probeBytes(name) ?? '', { mode: 0o755 });

/** A program of the first, or another, foreign architecture. */
export function probe(name: string = target): string {
  return join(scratch, `probe.${name}`);
}

/** Whether a foreign program runs on the host now. */
export function runs(file = probe()): boolean {
  const { status, stdout } = spawnSync(file, { input: 'x', encoding: 'utf8', timeout: 30_000 });
  return status === 0 && stdout === `${file}\n`;
}

export function command(program: string, ...args: readonly string[]): Ended {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout: stdout ?? '', stderr: `${stderr ?? ''}${error?.message ?? ''}` };
}

export function podman(...args: readonly string[]): Ended {
  return command('podman', ...args);
}

/** A privileged container that ends by itself and is removed. */
export function once(options: readonly string[], ...args: readonly string[]): Ended {
  return podman('run', '--rm', '--privileged', ...options, image, ...args);
}

/** A container as a line of the documentation starts it, with the image under test and a name that `reset` knows. */
export function asDocumented(line: string, name: string): Ended {
  const [program = '', ...words] = line.replaceAll('\\\n', ' ').trim().split(/\s+/);
  if (program !== 'podman') throw new Error(`expected a line for podman, got ${line}`);
  const args = words.map((word, at) => {
    if (words[at - 1] === '--name') return `${prefix}-${name}`;
    return /^ghcr\.io\/OWNER\/binfmt-keeper:/.test(word) ? image : word;
  });
  return podman(...args);
}

/** A shell in a privileged container, with the probes. */
export function shell(script: string, ...options: readonly string[]): Ended {
  const volume = ['-v', `${scratch}:${scratch}:ro`];
  return once([...volume, ...options, '--entrypoint', '/bin/sh'], '-c', script);
}

/** Starts the keeper as a container that stays, and waits until it is healthy. */
export async function startKeeper(
  name: string,
  from = image,
  options: readonly string[] = [],
): Promise<string> {
  const full = `${prefix}-${name}`;
  const { status, stderr } = podman(
    ...['run', '-d', '--name', full, '--privileged', ...runVolume, ...storeVolume],
    ...[...options, from, 'run'],
  );
  if (status !== 0) throw new Error(stderr);
  await healthy(full);
  return full;
}

/** Waits until the image's own health check says that all is well. */
export async function healthy(name: string): Promise<void> {
  await until(`${name} to be healthy`, () =>
    podman('healthcheck', 'run', name).status === 0 ? true : null,
  ).catch((error) => {
    throw new Error(`${String(error)}\n${podman('logs', name).stderr}`);
  });
}

/** A prober in an unprivileged container that shares nothing with the keeper's. */
export async function startProber(): Promise<Prober & { kill(): void }> {
  const name = `${prefix}-prober`;
  const loop = fileURLToPath(new URL('../e2e/prober.child.ts', import.meta.url));
  const child: ChildProcess = spawn(
    'podman',
    [
      ...['run', '--rm', '--name', name, '-v', `${scratch}:${scratch}:ro`, '-v', `${loop}:/prober.ts:ro`],
      ...['--entrypoint', '/usr/bin/node', image, '--no-warnings', '/prober.ts', probe()],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let execs = 0;
  let rest = '';
  const stories: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    execs += lines.length;
    stories.push(...lines.filter((line) => line !== 'ok'));
  });
  const count = async () => {
    const wanted = execs + 11;
    await until('ten more execs', () => (execs >= wanted ? true : null));
    return { execs, failed: stories.length, stories };
  };
  await count();
  return { count, kill: () => void podman('rm', '-f', '-t', '0', name) };
}

/** Entries of the instance as the host's main mount shows them. */
export function entries(): string[] {
  return readdirSync(main).filter((name) => name !== 'register' && name !== 'status');
}

export function mountMain(): void {
  must('mount', '-t', 'binfmt_misc', 'binfmt_misc', main);
}

export function unmount(path: string): void {
  must('umount', '-l', path);
}

export function isMounted(path: string): boolean {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4] === path && line.includes(' - binfmt_misc '));
}

/** One write(2) to a file of the instance. */
export function write(path: string, text: string | Uint8Array): void {
  const fd = openSync(path, constants.O_WRONLY);
  try {
    writeSync(fd, Buffer.from(text));
  } finally {
    closeSync(fd);
  }
}

/** A line for `register` that a shell may have between single quotes: all its bytes are printable. */
export function shellLine(name: string, interpreter: string): string {
  return foreignLine(name, target, interpreter).toString('latin1');
}

/** Nothing of a case is left for the next: no container, no mount, and so no entry. */
export function reset(): void {
  const names = podman('ps', '-a', '--filter', `name=${prefix}`, '--format', '{{.Names}}').stdout;
  for (const name of names.split('\n').filter((line) => line !== '')) podman('rm', '-f', '-t', '0', name);
  for (const path of [main, anchor]) while (isMounted(path)) unmount(path);
  for (const directory of own)
    for (const name of readdirSync(directory))
      rmSync(join(directory, name), { recursive: true, force: true });
}

function must(program: string, ...args: readonly string[]): void {
  const { status, stderr } = command(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
