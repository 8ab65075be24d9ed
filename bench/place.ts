import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tinyElf } from './tiny-elf.ts';

/** Where a benchmark works: a scratch directory and the main mount of a private instance. */
export interface Place {
  readonly dir: string;
  readonly main: string;
  readonly anchor: string;
  /** The daemon's program: the bundle where one can be had. */
  readonly program: string;
  readonly programKind: 'dist/main.mjs' | 'bundle made for this run' | 'src/main.ts';
  /** A file that only the benchmark's own handler runs, by a program which ends at once. */
  readonly target: string;
  readonly targetMagic: string;
  readonly tiny: string;
  /** Stands for an emulator that never ends. */
  readonly hung: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const main = '/proc/sys/fs/binfmt_misc';

/** Runs this program again as root of a private user and mount namespace: the host's entries are never touched. */
export function enterNamespace(): void {
  if (process.env['BENCH_INSIDE'] === '1') return;
  const args = ['-Urm', '--propagation', 'private', process.execPath, ...process.argv.slice(1)];
  const { status, error } = spawnSync('unshare', args, {
    stdio: 'inherit',
    env: { ...process.env, BENCH_INSIDE: '1' },
  });
  if (error !== undefined) process.stderr.write(`unshare: ${error.message}\n`);
  process.exit(status ?? 1);
}

/** Makes the scratch directory with everything in it, and removes it when the process ends. */
export function makePlace(): Place {
  const exit = tinyElf('exit');
  const hang = tinyElf('hang');
  if (exit === null || hang === null) throw new Error(`no benchmark programs for ${process.arch}`);
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-bench-'));
  process.on('exit', () => {
    spawnSync('umount', ['-l', join(dir, 'run/binfmt_misc')], { stdio: 'ignore' });
    rmSync(dir, { recursive: true, force: true });
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
    ...findProgram(),
  };
}

/** Mounts the main mount where it is not there. */
export function mountMain(): void {
  const table = readFileSync('/proc/self/mountinfo', 'latin1');
  if (!table.includes(` ${main} rw`)) execFileSync('mount', ['-n', '-t', 'binfmt_misc', 'binfmt_misc', main]);
}

function findProgram(): Pick<Place, 'program' | 'programKind'> {
  const dist = join(root, 'dist/main.mjs');
  if (existsSync(dist)) return { program: dist, programKind: 'dist/main.mjs' };
  const program = join(root, 'bench/results/main.mjs');
  const banner =
    "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);";
  const args = ['--bundle', '--platform=node', '--format=esm', '--target=node20', '--external:koffi'];
  const made = spawnSync(
    join(root, 'node_modules/.bin/esbuild'),
    [
      join(root, 'src/main.ts'),
      ...args,
      `--banner:js=${banner}`,
      '--log-level=error',
      `--outfile=${program}`,
    ],
    { stdio: 'inherit' },
  );
  if (made.status === 0) return { program, programKind: 'bundle made for this run' };
  return { program: join(root, 'src/main.ts'), programKind: 'src/main.ts' };
}
