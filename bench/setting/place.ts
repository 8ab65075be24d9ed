import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/package/build.ts';
import { addSnapshot, fromSnapshot, snapshotFile } from '../../scripts/package/snapshot.ts';
import { awayFromHost } from '../../test/away.ts';
import { tinyElf } from './tiny-elf.ts';

/** Where a benchmark works: a scratch directory and the main mount of a private instance. */
export interface Place {
  readonly dir: string;
  readonly main: string;
  readonly anchor: string;
  /** The daemon's program, bundled for this run, and the flags of Node that it is shipped with. */
  readonly program: string;
  readonly flags: readonly string[];
  /** A file that only the benchmark's own handler runs, by a program which ends at once. */
  readonly target: string;
  readonly targetMagic: string;
  readonly tiny: string;
  /** Stands for an emulator that never ends. */
  readonly hung: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = '/proc/sys/fs/binfmt_misc';

/** Runs this program again as root of a private user and mount namespace: the host's entries are never touched. */
export function enterNamespace(): void {
  if (process.env.BENCH_INSIDE === '1') return;
  const apart = [...awayFromHost(), 'unshare', '-Urm', '--propagation', 'private'];
  const { status, error } = spawnSync('env', [...apart, process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, BENCH_INSIDE: '1' },
  });
  if (error !== undefined) process.stderr.write(`unshare: ${error.message}\n`);
  process.exit(status ?? 1);
}

/** Makes the scratch directory with everything in it, and removes it when the process ends. */
export async function makePlace(): Promise<Place> {
  const exit = tinyElf('exit');
  const hang = tinyElf('hang');
  if (exit === null || hang === null) throw new Error(`no benchmark programs for ${process.arch}`);
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-bench-'));
  process.on('exit', () => {
    spawnSync('umount', ['-l', join(dir, 'run/binfmt_misc')], { stdio: 'ignore' });
    try {
      rmSync(dir, { recursive: true, force: true });
    } catch {
      // a hung file system that was let go leaves a dead mount point, which this namespace takes with it
    }
  });
  mkdirSync(join(dir, 'run/binfmt_misc'), { recursive: true });
  writeFileSync(join(dir, 'tiny'), exit, { mode: 0o755 });
  writeFileSync(join(dir, 'hung'), hang, { mode: 0o755 });
  // Where no handler takes it, a shell runs it as a script and gets this status.
  const targetMagic = 'BENCHMARK-TARGET';
  writeFileSync(join(dir, 'target'), `${targetMagic}\nexit 99\n`, { mode: 0o755 });
  return {
    dir,
    main,
    anchor: join(dir, 'run/binfmt_misc'),
    target: join(dir, 'target'),
    targetMagic,
    tiny: join(dir, 'tiny'),
    hung: join(dir, 'hung'),
    ...(await makeProgram()),
  };
}

/** The same bundle where no snapshot lies beside it. */
export function asFromNpm({ dir, program }: Place): string {
  const copy = join(dir, 'npm');
  cpSync(dirname(program), copy, { recursive: true });
  rmSync(join(copy, snapshotFile));
  return join(copy, basename(program));
}

/** Mounts the main mount where it is not there. */
export function mountMain(): void {
  const table = readFileSync('/proc/self/mountinfo', 'latin1');
  if (!table.includes(` ${main} rw`)) execFileSync('mount', ['-n', '-t', 'binfmt_misc', 'binfmt_misc', main]);
}

/** How a program is called: as what ships with its own Node where a snapshot lies beside it, else as npm installs it. */
export function commandOf({ flags }: Pick<Place, 'flags'>, program: string): readonly string[] {
  const directory = dirname(program);
  const snapshot = existsSync(join(directory, snapshotFile)) ? [fromSnapshot(directory)] : [];
  return [...flags, ...snapshot, program];
}

/** Bundles today's sources as packages have them; the flags are those of the bundle's first line. */
async function makeProgram(): Promise<Pick<Place, 'program' | 'flags'>> {
  const directory = join(root, 'bench/results/dist');
  await bundle(directory);
  const program = join(directory, 'main.mjs');
  const line = readFileSync(program, 'utf8').split('\n', 1)[0] ?? '';
  const flags = line.split(' ').filter((word) => word.startsWith('--'));
  await addSnapshot(directory, [process.execPath], flags);
  return { program, flags };
}
